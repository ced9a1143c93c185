import { ForgeError } from "../../api/index.ts";
import type { Descriptor } from "../descriptor.ts";
import { DigestVerifier } from "../digest.ts";
import { imageInvalid, imageNotFound } from "../image-errors.ts";
import { formatRepository, type RepositoryName } from "../reference.ts";
import { apiUrl } from "./origin.ts";
import { errorOf } from "./registry-error.ts";
import { pull, type RegistryHttp } from "./registry-http.ts";
import type { Answer } from "./request.ts";
import { backoffMs, tries } from "./retry.ts";
import { TransientFailure } from "./transient-failure.ts";

/** Breaks of one download, whatever it gained between them. */
const maxBreaks = 32;

/**
 * The bytes of a blob, hashed on the way. A stream that breaks goes on where it was, by Range.
 * The last piece is handed out only when size and digest of the whole are right, so that who reads
 * to the end has read what the descriptor names.
 */
export async function* downloadBlob(
  http: RegistryHttp,
  name: RepositoryName,
  blob: Descriptor,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const what = `blob ${blob.digest} of ${formatRepository(name)}`;
  const verifier = new DigestVerifier(blob.digest);
  let received = 0;
  let held: Uint8Array | undefined;
  for (let breaks = 0, vain = 0; ; ) {
    const from = received;
    try {
      const answer = await open(http, name, blob, from, signal);
      for await (const chunk of unseen(answer, from, blob.size)) {
        verifier.update(chunk);
        received += chunk.byteLength;
        if (held !== undefined) yield held;
        held = chunk;
      }
      break;
    } catch (failure) {
      signal.throwIfAborted();
      if (!(failure instanceof TransientFailure)) throw failure;
      breaks += 1;
      vain = received > from ? 1 : vain + 1;
      if (vain === tries || breaks === maxBreaks) throw failure.error;
      const { log, random, sleep } = http.retryDeps;
      log.debug({ received, error: failure.error }, "a download broke and is continued");
      await sleep(failure.afterMs ?? backoffMs(vain, random()), signal);
    }
  }
  if (received !== blob.size) {
    throw imageInvalid(`${what} has ${received} bytes; its descriptor says ${blob.size}`);
  }
  if (!verifier.matches()) throw imageInvalid(`${what} has other content than its digest says`);
  if (held !== undefined) yield held;
}

async function open(
  http: RegistryHttp,
  name: RepositoryName,
  blob: Descriptor,
  from: number,
  signal: AbortSignal,
): Promise<Answer> {
  return await http.run(name, pull, signal, async (session) => {
    const url = apiUrl(session.origin, name, `blobs/${blob.digest}`);
    const headers: Record<string, string> = from === 0 ? {} : { range: `bytes=${from}-` };
    const answer = await session.request({ method: "GET", url, headers });
    if (answer.status === 200 || (answer.status === 206 && from > 0)) return answer;
    if (answer.status !== 404) throw await errorOf(answer, `GET ${url.pathname}`, session.now());
    await answer.discard();
    throw imageNotFound(`blob ${blob.digest} of ${formatRepository(name)}`);
  });
}

/** What follows the first `from` bytes: a registry that knows no Range sends them again. */
async function* unseen(answer: Answer, from: number, size: number): AsyncGenerator<Uint8Array> {
  if (answer.status === 206 && !startsAt(answer, from)) {
    await answer.discard();
    throw new ForgeError("RegistryRefused", `${answer.url.host} continues a blob elsewhere`);
  }
  let skip = answer.status === 206 ? 0 : from;
  for await (const chunk of answer.chunks(answer.status === 206 ? size - from : size)) {
    const rest = chunk.subarray(skip);
    skip = Math.max(0, skip - chunk.byteLength);
    if (rest.byteLength > 0) yield rest;
  }
}

function startsAt(answer: Answer, from: number): boolean {
  return /^bytes ([0-9]+)-/.exec(answer.header("content-range") ?? "")?.[1] === String(from);
}
