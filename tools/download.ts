import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type Dispatcher, EnvHttpProxyAgent, interceptors, request } from "undici";
import {
  type Archive,
  addressOf,
  archiveFolder,
  mostArchiveBytes,
  mostUnpackedBytes,
  thisPlatform,
} from "./downloads.ts";

const mostRedirects = 5;
/** Errors of a pipe whose reader has ended: tar stops at the end of the archive, before its padding. */
const endedFirst = new Set(["EPIPE", "ERR_STREAM_PREMATURE_CLOSE"]);

/** After which a download is given up, since a build would be ready sooner. */
export interface Limits {
  readonly connectMs: number;
  /** Without a byte. */
  readonly stallMs: number;
  readonly wholeMs: number;
  readonly archiveBytes: number;
  readonly unpackedBytes: number;
}

export const usualLimits: Limits = {
  connectMs: 10_000,
  stallMs: 15_000,
  wholeMs: 240_000,
  archiveBytes: mostArchiveBytes,
  unpackedBytes: mostUnpackedBytes,
};

/**
 * Downloads an archive, verifies it and puts its programs into the cache, all of them or none.
 * $HTTPS_PROXY, $HTTP_PROXY and $NO_PROXY apply.
 * @throws Error with one line that says why the programs could not be had
 */
export async function downloadArchive(
  archive: Archive,
  env: NodeJS.ProcessEnv = process.env,
  limits: Limits = usualLimits,
): Promise<void> {
  const file = archive.files[thisPlatform];
  if (file === undefined) throw new Error(`${archive.name} is not published for ${thisPlatform}`);
  const folder = archiveFolder(archive, env);
  mkdirSync(dirname(folder), { recursive: true });
  // Written aside and moved into place, so that an interrupted download leaves nothing half-done.
  const aside = mkdtempSync(`${folder}.`);
  const address = addressOf(archive, file, env);
  try {
    const path = join(aside, "archive");
    const dispatcher = dispatcherOf(env, limits);
    const bits = file.digest.length === 128 ? 512 : 256;
    const digest = await save(address, path, limits, dispatcher, bits).finally(() =>
      dispatcher.destroy(),
    );
    if (digest !== file.digest)
      throw new Error(`its SHA-${file.digest.length * 4} is ${digest}, not the pinned one`);
    const members = Object.entries(archive.programs).map(
      ([program, member]) => [program, member.replace("{platform}", thisPlatform)] as const,
    );
    const paths = members.map(([, member]) => member);
    await unpack(path, paths, aside, limits);
    for (const [, member] of members) {
      const unpacked = lstatSync(join(aside, member), { throwIfNoEntry: false });
      if (!unpacked?.isFile()) throw new Error(`it holds no file ${member}`);
    }
    mkdirSync(folder, { recursive: true });
    for (const [program, member] of members) {
      chmodSync(join(aside, member), 0o755);
      renameSync(join(aside, member), join(folder, program));
    }
  } catch (error) {
    throw new Error(`${address}: ${reasonOf(error, limits)}`, { cause: error });
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function dispatcherOf(env: NodeJS.ProcessEnv, { connectMs, stallMs }: Limits): Dispatcher {
  const setting = (name: string) => env[name] ?? env[name.toUpperCase()] ?? "";
  return new EnvHttpProxyAgent({
    httpProxy: setting("http_proxy"),
    httpsProxy: setting("https_proxy"),
    noProxy: setting("no_proxy"),
    connect: { timeout: connectMs },
    headersTimeout: stallMs,
    bodyTimeout: stallMs,
  });
}

/** Writes what an address answers to a file; returns its digest. */
async function save(
  address: string,
  path: string,
  { wholeMs, archiveBytes }: Limits,
  dispatcher: Dispatcher,
  bits: 256 | 512,
): Promise<string> {
  const hash = createHash(`sha${bits}`);
  const { statusCode, body } = await request(address, {
    dispatcher: dispatcher.compose(interceptors.redirect({ maxRedirections: mostRedirects })),
    signal: AbortSignal.timeout(wholeMs),
  });
  if (statusCode !== 200) throw new Error(`it answers ${statusCode}`);
  const counted = atMost(archiveBytes, (chunk) => hash.update(chunk));
  await pipeline(body, counted, createWriteStream(path));
  return hash.digest("hex");
}

/** Unpacks the named members of a tar.gz, and nothing else of it. */
async function unpack(
  archive: string,
  members: readonly string[],
  into: string,
  { unpackedBytes }: Limits,
): Promise<void> {
  const args = ["-x", "-f", "-", "-C", into, "--no-same-owner", "--", ...members];
  const tar = spawn("tar", args, { stdio: ["pipe", "ignore", "pipe"] });
  let complaint = "";
  tar.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  const ended = once(tar, "close") as Promise<[number | null]>;
  const fed = pipeline(createReadStream(archive), createGunzip(), atMost(unpackedBytes), tar.stdin);
  const [feeding, ending] = await Promise.allSettled([fed, ended]);
  if (ending.status === "rejected") throw ending.reason;
  const [code] = ending.value;
  if (feeding.status === "rejected" && !endedFirst.has(feeding.reason.code)) throw feeding.reason;
  if (code !== 0) throw new Error(complaint.trim().split("\n")[0] || `tar ended with ${code}`);
}

/** Passes bytes on, and fails when there are more. */
function atMost(bytes: number, look: (chunk: Buffer) => void = () => undefined): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > bytes) {
        done(new Error(`it holds more than ${bytes} bytes`));
        return;
      }
      look(chunk);
      done(null, chunk);
    },
  });
}

/** In a line; an error may hide its reason in causes. */
function reasonOf(error: unknown, { connectMs, stallMs, wholeMs }: Limits): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = "code" in at ? String(at.code) : at.name;
    if (code === "UND_ERR_CONNECT_TIMEOUT") return `no connection within ${connectMs / 1_000} s`;
    if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT")
      return `nothing came for ${stallMs / 1_000} s`;
    if (at.name === "TimeoutError") return `it was not complete within ${wholeMs / 1_000} s`;
    if (at.cause === undefined) {
      const message = at.message || code;
      return message.split("\n")[0] ?? code;
    }
  }
  return String(error);
}
