import { type ErrorCode, errorKinds, type Retry } from "./errors.ts";
import { redact } from "./redact.ts";

export interface ErrorOptions {
  readonly cause?: unknown;
  readonly hint?: string;
  readonly retry?: Retry;
}

/**
 * The one error of forge: a stable code for programs, a message that names the field, file or
 * host, whether a retry helps, and what a person does next. Secrets are struck out on
 * construction, so that it may be logged and shown anywhere.
 */
export class ForgeError extends Error {
  readonly code: ErrorCode;
  readonly retry: Retry;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(redact(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ForgeError";
    this.code = code;
    this.retry = options.retry ?? errorKinds[code].retry;
    this.hint = options.hint ?? errorKinds[code].hint;
  }
}

/** The message of anything that was thrown, secrets struck out. */
export function messageOf(thrown: unknown): string {
  return redact(thrown instanceof Error ? thrown.message : String(thrown));
}
