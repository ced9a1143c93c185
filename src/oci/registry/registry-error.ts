import { type ErrorCode, ForgeError } from "../../api/index.ts";
import type { Answer } from "./request.ts";
import { TransientFailure } from "./transient-failure.ts";

/**
 * The error of an answer that was not expected: TransientFailure for 408, 429 and 5xx, else the
 * ForgeError. The registry's own words (distribution specification, "Error codes") are kept.
 */
export async function errorOf(
  answer: Answer,
  doing: string,
  now: number,
): Promise<ForgeError | TransientFailure> {
  const words = registryWords(await answer.text(8 * 1024).catch(() => ""));
  const message = `${answer.url.host} answered ${answer.status} to ${doing}${words}`;
  const error = new ForgeError(codeOf(answer.status), message);
  if (!isTransientStatus(answer.status)) return error;
  return new TransientFailure(error, retryAfterMs(answer.header("retry-after"), now));
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

function codeOf(status: number): ErrorCode {
  return status === 401 || status === 403 ? "RegistryUnauthorized" : "RegistryRefused";
}

function registryWords(body: string): string {
  const words = structuredWords(body) ?? body;
  const printable = words.replace(/[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]+/g, " ").trim();
  return printable === "" ? "" : `: ${printable.slice(0, 500)}`;
}

function structuredWords(body: string): string | undefined {
  try {
    const { errors } = JSON.parse(body) as { errors?: { code?: unknown; message?: unknown }[] };
    return errors
      ?.slice(0, 5)
      .map(({ code, message }) => [code, message].filter((part) => part !== undefined).join(" "))
      .join("; ");
  } catch {
    return undefined;
  }
}
