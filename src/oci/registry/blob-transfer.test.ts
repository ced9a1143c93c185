import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RepositoryName } from "../reference.ts";
import { clientOf } from "../testing/client-of.ts";
import { RegistryDouble, sha256 } from "../testing/registry-double.ts";

const blob = Buffer.from(Array.from({ length: 100 }, (_none, index) => index));
const descriptor = { mediaType: "text/plain", digest: sha256(blob), size: blob.byteLength };
const signal = AbortSignal.timeout(20_000);

let registry: RegistryDouble;
let name: RepositoryName;
let client: ReturnType<typeof clientOf>;

beforeEach(async () => {
  registry = await RegistryDouble.start();
  name = { host: registry.host, path: "team/app" };
  client = clientOf({ uploadChunkBytes: 30 });
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

/** Keeps pieces as they come, as distribution does; `range` overrides what it confirms. */
function takePieces(options: { minChunk?: number; range?: (kept: number) => string } = {}) {
  let kept = Buffer.alloc(0);
  const ranges: string[] = [];
  registry.faults.push(({ method, url, headers }, response, body) => {
    const location = `/v2/team/app/blobs/uploads/7?state=${kept.byteLength}`;
    if (method === "POST") {
      kept = Buffer.alloc(0);
      const least = options.minChunk && { "oci-chunk-min-length": options.minChunk };
      response.writeHead(202, { location, ...least }).end();
    } else if (method === "PATCH") {
      const range = headers["content-range"] ?? "";
      ranges.push(range);
      if (!range.startsWith(`${kept.byteLength}-`)) {
        response.writeHead(416, { location, range: `0-${kept.byteLength - 1}` }).end();
        return true;
      }
      kept = Buffer.concat([kept, body]);
      const range202 = options.range?.(kept.byteLength) ?? `0-${kept.byteLength - 1}`;
      response.writeHead(202, { location, range: range202 }).end();
    } else if (method === "GET" && url.includes("/uploads/")) {
      response.writeHead(204, { location, range: `0-${Math.max(0, kept.byteLength - 1)}` }).end();
    } else if (method === "PUT") {
      registry.blobs.set(new URL(url, "http://x").searchParams.get("digest") ?? "", kept);
      response.writeHead(201).end();
    } else return false;
    return true;
  });
  return { ranges, lose: (bytes: number) => (kept = kept.subarray(0, kept.byteLength - bytes)) };
}

describe("an upload in pieces", () => {
  test("goes in order, each to the address that the one before gave", async () => {
    const { ranges } = takePieces();
    await client.putBlob(name, descriptor.digest, blob, signal);
    expect(ranges).toEqual(["0-29", "30-59", "60-89", "90-99"]);
    expect(registry.seen.filter(({ method }) => method === "PATCH").at(-1)?.path).toContain(
      "state=60",
    );
    expect(registry.blobs.get(descriptor.digest)).toEqual(blob);
  });

  test("has pieces as large as the registry wants them", async () => {
    const { ranges } = takePieces({ minChunk: 64 });
    await client.putBlob(name, descriptor.digest, blob, signal);
    expect(ranges).toEqual(["0-63", "64-99"]);
  });

  test("goes on after a break where the registry stands", async () => {
    registry.failOnce(/^PATCH .*state=30/, (response) => response.destroy());
    const { ranges } = takePieces();
    await client.putBlob(name, descriptor.digest, blob, signal);
    expect(ranges).toEqual(["0-29", "30-59", "60-89", "90-99"]);
    expect(registry.count(/^GET .*uploads/)).toBe(1);
    expect(registry.count(/^POST/)).toBe(1);
    expect(registry.blobs.get(descriptor.digest)).toEqual(blob);
  });

  test("asks after a 416 how far it came", async () => {
    const pieces = takePieces();
    let lost = false;
    registry.faults.unshift(({ method, headers }) => {
      if (method === "PATCH" && headers["content-range"]?.startsWith("60-") && !lost) {
        lost = true;
        pieces.lose(20);
      }
      return false;
    });
    await client.putBlob(name, descriptor.digest, blob, signal);
    expect(pieces.ranges).toEqual(["0-29", "30-59", "60-89", "40-69", "70-99"]);
    expect(registry.blobs.get(descriptor.digest)).toEqual(blob);
  });

  test("starts anew when the registry has lost it", async () => {
    registry.failOnce(/^PATCH .*state=30/, (response) => response.destroy());
    registry.failOnce(/^GET .*uploads/, (response) => response.writeHead(404).end());
    takePieces();
    await client.putBlob(name, descriptor.digest, blob, signal);
    expect(registry.count(/^POST/)).toBe(2);
    expect(registry.blobs.get(descriptor.digest)).toEqual(blob);
  });

  test.each([
    ["nothing", () => "0-0"],
    ["more than was sent", () => "0-999"],
  ])("ends when the registry confirms %s", async (_what, range) => {
    takePieces({ range });
    const put = client.putBlob(name, descriptor.digest, blob, signal);
    await expect(put).rejects.toMatchObject({ code: "RegistryRefused" });
    expect(registry.count(/^PATCH/)).toBe(1);
  });

  test("is cancelled when its caller gives up", async () => {
    const stop = new AbortController();
    registry.faults.push(({ method }) => {
      if (method === "PATCH") stop.abort(new Error("enough"));
      return method === "PATCH";
    });
    takePieces();
    await expect(client.putBlob(name, descriptor.digest, blob, stop.signal)).rejects.toThrow(
      "enough",
    );
    expect(registry.seen.at(-1)).toMatchObject({ method: "DELETE" });
  });
});

describe("an upload in one piece", () => {
  const small = Buffer.from("{}");

  test("is one POST where the registry takes it so", async () => {
    registry.faults.push(({ method, url }, response) => {
      if (method !== "POST") return false;
      response.writeHead(url.includes("digest=") ? 201 : 500).end();
      return true;
    });
    await client.putBlob(name, sha256(small), small, signal);
    expect(registry.seen.map(({ method }) => method)).toEqual(["HEAD", "POST"]);
  });

  test("a registry that opened an upload instead is not sent the bytes so again", async () => {
    await using whole = clientOf();
    await whole.putBlob(name, sha256(small), small, signal);
    await whole.putBlob(name, descriptor.digest, blob, signal);
    expect(registry.count(/^POST .*digest=/)).toBe(1);
    expect(registry.count(/^POST/)).toBe(2);
    expect(registry.blobs.get(sha256(small))).toEqual(small);
  });

  test("is followed to where a registry sends it on", async () => {
    await using whole = clientOf();
    registry.failOnce(/^PUT/, (response) =>
      response.writeHead(307, { location: "/elsewhere" }).end(),
    );
    registry.failOnce(/^PUT \/elsewhere/, (response) => response.writeHead(201).end());
    await expect(whole.putBlob(name, sha256(small), small, signal)).resolves.toBeUndefined();
  });
});

describe("a mount", () => {
  const options = { mountFrom: "team/other" };

  test("that is granted sends nothing", async () => {
    registry.failOnce(/^POST .*mount=sha256%3A[0-9a-f]{64}&from=team%2Fother$/, (response) =>
      response.writeHead(201).end(),
    );
    await client.putBlob(name, descriptor.digest, blob, signal, options);
    expect(registry.seen.map(({ method }) => method)).toEqual(["HEAD", "POST"]);
  });

  test.each([
    ["answered with an upload", (_r: ServerResponse) => false],
    ["refused", (response: ServerResponse) => !!response.writeHead(405).end()],
  ])("that is %s goes on as one", async (_what, answer) => {
    await using whole = clientOf();
    registry.faults.push(({ method, url }, response) =>
      method === "POST" && url.includes("mount=") ? answer(response) : false,
    );
    await whole.putBlob(name, descriptor.digest, blob, signal, options);
    expect(registry.blobs.get(descriptor.digest)).toEqual(blob);
  });
});

/** Sends some bytes of the blob, and breaks off. */
function breakAfter(from: number, to: number, status = 200) {
  return (response: ServerResponse): void => {
    const range = status === 206 && { "content-range": `bytes ${from}-99/100` };
    response.writeHead(status, { "content-length": 100 - from, ...range });
    response.write(blob.subarray(from, to), () => response.destroy());
  };
}

async function received(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("a download", () => {
  test("goes on by Range after each break", async () => {
    const ranges: (string | undefined)[] = [];
    registry.faults.push(({ headers }, response) => {
      const from = Number(/bytes=([0-9]+)-/.exec(headers.range ?? "")?.[1] ?? 0);
      ranges.push(headers.range);
      breakAfter(from, from + 10, from === 0 ? 200 : 206)(response);
      return true;
    });
    expect(await received(client.streamBlob(name, descriptor, signal))).toEqual(blob);
    expect(ranges.slice(0, 3)).toEqual([undefined, "bytes=10-", "bytes=20-"]);
  });

  test("reads past what it has when the registry knows no Range", async () => {
    registry.blobs.set(descriptor.digest, blob);
    registry.failOnce(/^GET/, breakAfter(0, 40));
    expect(Buffer.from(await client.getBlob(name, descriptor, signal))).toEqual(blob);
  });

  test("ends when the registry goes on somewhere else", async () => {
    registry.failOnce(/^GET/, breakAfter(0, 40));
    registry.failOnce(/^GET/, breakAfter(10, 100, 206));
    const read = received(client.streamBlob(name, descriptor, signal));
    await expect(read).rejects.toThrow(/continues a blob elsewhere/);
  });

  test("that never gains a byte ends", async () => {
    registry.failTimes(99, /^GET/, breakAfter(0, 0));
    await expect(client.getBlob(name, descriptor, signal)).rejects.toMatchObject({
      code: "RegistryUnreachable",
    });
    expect(registry.count(/^GET/)).toBe(5);
  });

  test("hands out its last piece only when the whole is right", async () => {
    const wrong = Buffer.from(blob).fill(0xff, 0, 1);
    registry.failOnce(/^GET/, (response) => {
      response.writeHead(200);
      response.write(wrong.subarray(0, 60), () =>
        setTimeout(() => response.end(wrong.subarray(60)), 20),
      );
    });
    const chunks: Uint8Array[] = [];
    const read = async () => {
      for await (const chunk of client.streamBlob(name, descriptor, signal)) chunks.push(chunk);
    };
    await expect(read()).rejects.toMatchObject({ code: "ImageInvalid" });
    expect(Buffer.concat(chunks).byteLength).toBeLessThan(100);
  });

  test("that is left early closes its connection", async () => {
    registry.failOnce(/^GET/, (response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write(Buffer.alloc(10)), 1);
      response.once("close", () => {
        clearInterval(more);
        closed.resolve();
      });
    });
    const closed = Promise.withResolvers<void>();
    const large = { ...descriptor, size: 1_000_000 };
    for await (const chunk of client.streamBlob(name, large, signal)) {
      if (chunk.byteLength > 0) break;
    }
    await expect(closed.promise).resolves.toBeUndefined();
  });
});
