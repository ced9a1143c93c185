import { createHash, type Hash } from "node:crypto";
import { posix } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip, gunzipSync } from "node:zlib";
import { ForgeError } from "../../api/index.ts";
import {
  applicationFolder,
  decodeText,
  invalid,
  pathVariable,
  readFiles,
} from "../application-folder.ts";
import type { AppStreamRequest, RequestMetadata } from "../grpc/messages.ts";
import { limits } from "../limits.ts";
import type { ApplicationFolder } from "../ports.ts";
import { TarScanner } from "./tar-scanner.ts";

/**
 * Reads an Application's folder from the stream in which Argo CD sends it: metadata, then a tar.gz
 * in pieces, whose SHA-256 the metadata names.
 * @throws ForgeError ApplicationInvalid, SourceTooLarge
 */
export async function receiveFolder(
  stream: AsyncIterable<AppStreamRequest>,
): Promise<ApplicationFolder> {
  const messages = stream[Symbol.asyncIterator]();
  const first = await messages.next();
  const metadata = first.done ? undefined : first.value.metadata;
  if (metadata === undefined) throw invalid("Argo CD's stream does not begin with its metadata");
  const scanner = new TarScanner(folderOf(metadata), readFiles);
  const hash = createHash("sha256");
  await scanArchive(chunksOf(messages, hash), scanner);
  if (hash.digest("hex") !== metadata.checksum) {
    throw invalid("the archive from Argo CD does not have the checksum that came with it");
  }
  const texts = new Map(
    [...scanner.files].map(([name, bytes]) => [name, decodeText(bytes, name)] as const),
  );
  return applicationFolder(metadata.environment.get(pathVariable), {
    texts,
    names: scanner.names,
  });
}

/** In the archive, which may begin anywhere above the folder. */
function folderOf({ appRelPath }: RequestMetadata): string {
  const path = posix.normalize(appRelPath === "" ? "." : appRelPath).replace(/\/$/, "");
  if (path.startsWith("/") || path === ".." || path.startsWith("../")) {
    throw invalid(`the path ${appRelPath} leads out of the archive`);
  }
  return path === "." ? "" : path;
}

async function* chunksOf(
  messages: AsyncIterator<AppStreamRequest>,
  hash: Hash,
): AsyncGenerator<Uint8Array> {
  let received = 0;
  for (;;) {
    const next = await messages.next();
    if (next.done) return;
    const { chunk } = next.value;
    if (chunk === undefined) throw invalid("Argo CD's stream holds something else than a file");
    received += chunk.byteLength;
    if (received > limits.archive.compressedBytes) {
      throw new ForgeError(
        "SourceTooLarge",
        `the archive from Argo CD has more than ${limits.archive.compressedBytes} bytes`,
      );
    }
    hash.update(chunk);
    yield chunk;
  }
}

/** A folder alone is a kilobyte, which is soonest inflated at one go; all else streams. */
async function scanArchive(chunks: AsyncGenerator<Uint8Array>, scanner: TarScanner): Promise<void> {
  const held: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const next = await chunks.next();
    if (next.done) break;
    held.push(next.value);
    bytes += next.value.byteLength;
    if (bytes > small.compressedBytes) return await inflate(inOrder(held, chunks), scanner);
  }
  try {
    scanner.push(gunzipSync(Buffer.concat(held), { maxOutputLength: small.inflatedBytes }));
  } catch (error) {
    if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") return await inflate(held, scanner);
    throw notGzip(error) ?? error;
  }
  scanner.end();
}

const small = { compressedBytes: 64 * 1024, inflatedBytes: 1024 * 1024 } as const;

async function* inOrder(
  first: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* rest;
}

async function inflate(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  scanner: TarScanner,
): Promise<void> {
  try {
    await pipeline(chunks, createGunzip(), async (inflated) => {
      for await (const chunk of inflated) scanner.push(chunk as Buffer);
    });
  } catch (error) {
    throw notGzip(error) ?? error;
  }
  scanner.end();
}

function notGzip(error: unknown): ForgeError | undefined {
  if (!codeOf(error).startsWith("Z_")) return undefined;
  return new ForgeError("ApplicationInvalid", "the archive from Argo CD is no gzip", {
    cause: error,
  });
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? "");
}
