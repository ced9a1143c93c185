import { type ErrorCode, errorKinds, type Retry } from "./errors.ts";
import { neutralText } from "./foreign-text.ts";
import { redact } from "./redact.ts";

export interface ErrorOptions {
  readonly cause?: unknown;
  readonly hint?: string;
  readonly retry?: Retry;
}

/**
 * The one error of forge: a stable code for programs, a message that names the field, file or
 * host, whether a retry helps, and what a person does next. Secrets are struck out on
 * construction, and characters that act on others, so that it may be logged and shown anywhere.
 */
export class ForgeError extends Error {
  readonly code: ErrorCode;
  readonly retry: Retry;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(presentable(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ForgeError";
    this.code = code;
    this.retry = options.retry ?? errorKinds[code].retry;
    this.hint = options.hint ?? errorKinds[code].hint;
  }
}

/** The message of anything that was thrown, secrets struck out. */
export function messageOf(thrown: unknown): string {
  return presentable(thrown instanceof Error ? thrown.message : String(thrown));
}

const maxLength = 8_192;

/** Without secrets, and neutral: parts of it may be what a stranger wrote. */
function presentable(message: string): string {
  // A secret that this cuts in half is cut away below.
  const bounded = message.length > 8 * maxLength ? message.slice(0, 8 * maxLength) : message;
  const shown = neutralText(redact(bounded));
  return shown.length > maxLength ? `${shown.slice(0, maxLength - 1).toWellFormed()}…` : shown;
}
