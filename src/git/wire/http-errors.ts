import { ForgeError, messageOf } from "../../api/index.ts";
import { HostUnreachable, unreachableHint } from "../../network/index.ts";

type Headers = Record<string, string | string[] | undefined>;

/** A server may not send us away for longer. */
const maxRetryAfterSeconds = 600;

/** Throws what a status of 400 or more means. */
export function refuseStatus(status: number, headers: Headers, where: string): void {
  if (status < 400) return;
  if (status === 401 || status === 403) {
    throw new ForgeError("GitUnauthorized", `${where} refuses the credentials (HTTP ${status})`);
  }
  if (status === 404) {
    throw new ForgeError("GitUnreachable", `${where} does not exist (HTTP 404)`, {
      hint: "Check the url; some servers say this too when the credentials may not see it.",
    });
  }
  if (status === 413) {
    throw new ForgeError("GitRejected", `${where} takes no request of this size (HTTP 413)`, {
      hint: "Let the server, or a proxy before it, take larger requests.",
    });
  }
  const seconds = Number(headers["retry-after"]);
  const afterMs = Math.min(seconds, maxRetryAfterSeconds) * 1000;
  throw new ForgeError(
    "GitUnreachable",
    `${where} answers with HTTP ${status}`,
    afterMs > 0 ? { retry: { afterMs } } : {},
  );
}

/** What went wrong between us and the server, as GitUnreachable; our own errors pass. */
export function unreachable(error: unknown, where: string): ForgeError {
  if (error instanceof ForgeError) return error;
  if (error instanceof HostUnreachable) {
    const hint = unreachableHint;
    return new ForgeError("GitUnreachable", `${where} cannot be reached`, { hint, cause: error });
  }
  const isTimeout =
    error instanceof Error && (error.name === "TimeoutError" || /timeout/i.test(error.name));
  const what = isTimeout ? "does not answer in time" : `cannot be reached: ${reasonOf(error)}`;
  return new ForgeError("GitUnreachable", `${where} ${what}`, { cause: error });
}

/** Node puts the reasons for a failed connection one level down, and leaves the message empty. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") {
    return error.errors.map(messageOf).join(", ");
  }
  return messageOf(error);
}
