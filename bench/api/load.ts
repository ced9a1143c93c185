import { Pool } from "undici";

/** Times of the requests of many clients, in milliseconds. */
export interface Times {
  readonly median: number;
  readonly p99: number;
  readonly bytes: number;
}

/** Each client asks one request after the other, over a connection of its own. */
export async function askOften(
  origin: string,
  token: string,
  path: string,
  { clients, requests }: { readonly clients: number; readonly requests: number },
): Promise<Times> {
  const pool = new Pool(origin, { connections: clients, headersTimeout: 60_000 });
  const headers = { authorization: `Bearer ${token}` };
  const times: number[] = [];
  let bytes = 0;
  const ask = async () => {
    const startedAt = performance.now();
    const { statusCode, body } = await pool.request({ method: "GET", path, headers });
    const content = await body.arrayBuffer();
    if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${Buffer.from(content)}`);
    bytes = content.byteLength;
    times.push(performance.now() - startedAt);
  };
  const each = Math.ceil(requests / clients);
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let request = 0; request < each; request++) await ask();
    }),
  );
  await pool.close();
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { median: at(0.5) ?? Number.NaN, p99: at(0.99) ?? Number.NaN, bytes };
}
