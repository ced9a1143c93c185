import { execFile } from "node:child_process";
import { z } from "zod";
import { ForgeError } from "../../api/index.ts";
import type { Credential } from "./credentials.ts";
import type { CredentialHelper } from "./docker-config.ts";

export interface CredentialHelperOptions {
  /** Names of the helpers that may run, such as ecr-login for docker-credential-ecr-login. */
  readonly allowed: readonly string[];
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 10_000;
const maxOutputBytes = 256 * 1024;
const namePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** The word of docker-credential-helpers for an empty answer; the exit code is 1 for all errors. */
const notFound = "credentials not found in native keychain";
/** What stands for the user when the secret is an identity token. */
const tokenUser = "<token>";

const answerSchema = z.object({ Username: z.string(), Secret: z.string().min(1) });

/**
 * Credential helpers as programs on the PATH: `docker-credential-<name> get`, the host on standard
 * input, JSON on standard output (github.com/docker/docker-credential-helpers). Nothing that a
 * helper prints is shown.
 */
export function credentialHelpers({
  allowed,
  timeoutMs = defaultTimeoutMs,
}: CredentialHelperOptions): CredentialHelper {
  return async (name, host, signal) => {
    if (!namePattern.test(name) || !allowed.includes(name)) {
      throw invalid(`credential helper "${name.slice(0, 64)}" is not among those that may run`);
    }
    const { code, output } = await start(`docker-credential-${name}`, host, timeoutMs, signal);
    if (code === 0) return parseAnswer(output, name);
    if (output.includes(notFound)) return undefined;
    throw invalid(`docker-credential-${name} failed (${code})`);
  };
}

function start(
  program: string,
  host: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<{ code: string | number; output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    code: string | number;
    output: string;
  }>();
  const options = {
    signal,
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    maxBuffer: maxOutputBytes,
  } as const;
  const child = execFile(program, ["get"], options, (error, output) => {
    if (signal.aborted) reject(signal.reason);
    else if (error === null) resolve({ code: 0, output });
    else resolve({ code: error.code ?? "ended after its time limit", output });
  });
  // A helper that ends without reading is judged by its exit code.
  child.stdin?.on("error", () => undefined).end(`${host}\n`);
  return promise;
}

function parseAnswer(output: string, name: string): Credential {
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    // Judged below.
  }
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw invalid(`docker-credential-${name} answered without a secret`);
  const { Username: username, Secret: secret } = parsed.data;
  return username === tokenUser ? { identityToken: secret } : { username, password: secret };
}

function invalid(why: string): ForgeError {
  return new ForgeError("InvalidSecret", `registry credentials: ${why}`, {
    hint: "Check credHelpers and credsStore of the Docker configuration, and run the helper by hand.",
  });
}
