import { ForgeError } from "../api/index.ts";
import { RegistryError } from "../oci/index.ts";
import type { Observer, Surroundings } from "./ports.ts";

const baseMs = 500;
const capMs = 5_000;

/**
 * Asks a registry again for as long as the signal lasts. Argo CD keeps a failure and, after three
 * of them, does not ask for an hour: what may pass should not become one.
 * When time is up the last failure is thrown, which says more than that time was up.
 * @param what is read, for people
 */
export async function withPatience<Result>(
  what: string,
  operation: () => Promise<Result>,
  { random, sleep, observer }: Surroundings & { readonly observer: Observer },
  signal: AbortSignal,
): Promise<Result> {
  let last: ForgeError | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation();
    } catch (failure) {
      if (signal.aborted) throw last ?? tooLate(what, failure);
      if (!mayPass(failure)) throw failure;
      last = failure;
    }
    observer.retried(last);
    // ±20 %: many applications fail together, and should not come back together.
    const waitMs = Math.min(capMs, baseMs * 2 ** (attempt - 1)) * (0.8 + 0.4 * random());
    try {
      await sleep(waitMs, signal);
    } catch {
      throw last;
    }
  }
}

function tooLate(what: string, cause: unknown): ForgeError {
  return new ForgeError("RegistryUnreachable", `${what} could not be read in time`, { cause });
}

function mayPass(failure: unknown): failure is ForgeError {
  if (failure instanceof RegistryError) {
    return failure.status === 408 || failure.status === 429 || failure.status >= 500;
  }
  if (!(failure instanceof ForgeError)) return false;
  return failure.code === "RegistryUnreachable" || failure.code === "Timeout";
}
