import { type ErrorCode, ForgeError, foreignText, type Retry } from "../../api/index.ts";
import type { Answer } from "./request.ts";
import { TransientFailure } from "./transient-failure.ts";

/** An answer that was not expected, with what the registry itself called it. */
export class RegistryError extends ForgeError {
  readonly status: number;
  /** Such as MANIFEST_UNKNOWN (distribution specification 1.1, "Error Codes"). */
  readonly codes: readonly string[];

  constructor(
    code: ErrorCode,
    message: string,
    details: { status: number; codes: readonly string[]; retry?: Retry },
  ) {
    super(code, message, details.retry === undefined ? {} : { retry: details.retry });
    this.status = details.status;
    this.codes = details.codes;
  }
}

/**
 * What passes whatever the status. Blobs are uploaded before their manifest: a registry that does
 * not know one is still writing it, as distribution 2.8 is when two push the same blob at once.
 */
const transientCodes = ["TOOMANYREQUESTS", "MANIFEST_BLOB_UNKNOWN"];

/**
 * The error of an answer that was not expected: TransientFailure for 408, 429 and 5xx, else the
 * RegistryError. The registry's own words are kept.
 */
export async function errorOf(
  answer: Answer,
  doing: string,
  now: number,
): Promise<RegistryError | TransientFailure> {
  const { status } = answer;
  const body = await answer.text(8 * 1024).catch(() => "");
  const errors = structured(body);
  const codes = errors?.flatMap(({ code }) => (typeof code === "string" ? [code] : [])) ?? [];
  const message = `${answer.url.host} answered ${status} to ${doing}${wordsOf(errors, body)}`;
  const isTransient =
    isTransientStatus(status) || codes.some((code) => transientCodes.includes(code));
  const afterMs = isTransient ? retryAfterMs(answer.header("retry-after"), now) : undefined;
  const error = new RegistryError(errorCode(status, codes), message, {
    status,
    codes,
    ...(afterMs !== undefined && { retry: { afterMs } }),
  });
  return isTransient ? new TransientFailure(error, afterMs) : error;
}

export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Retry-After in either of its forms (RFC 9110 section 10.2.3). */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^[0-9]{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const unknownCodes = ["NAME_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN"];

function errorCode(status: number, codes: readonly string[]): ErrorCode {
  if (status === 401 || status === 403) return "RegistryUnauthorized";
  if (codes.includes("DENIED") || codes.includes("UNAUTHORIZED")) return "RegistryUnauthorized";
  return codes.some((code) => unknownCodes.includes(code)) ? "ImageNotFound" : "RegistryRefused";
}

interface WireError {
  readonly code?: unknown;
  readonly message?: unknown;
}

function structured(body: string): readonly WireError[] | undefined {
  try {
    const { errors } = JSON.parse(body) as { errors?: unknown };
    return Array.isArray(errors)
      ? errors.slice(0, 5).filter((error) => typeof error === "object" && error !== null)
      : undefined;
  } catch {
    return undefined;
  }
}

function wordsOf(errors: readonly WireError[] | undefined, body: string): string {
  const words =
    errors
      ?.map(({ code, message }) => [code, message].filter((part) => typeof part === "string"))
      .map((parts) => parts.join(" "))
      .join("; ") ?? body;
  const printable = foreignText(words);
  return printable === "" ? "" : `: ${printable}`;
}
