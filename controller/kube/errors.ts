/** What to do after an error: give up, try again with growing delays, or wait this long. */
export type Retry = "never" | "backoff" | { readonly afterMs: number };

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly retryAfterSeconds?: number;
  readonly causes?: readonly { reason?: string; message?: string; field?: string }[];
}

/** metav1.Status, the body of every refusal. */
export interface Status {
  readonly kind: "Status";
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: StatusDetails;
}

export interface KubeErrorOptions {
  readonly status?: number;
  readonly retry?: Retry;
  readonly details?: StatusDetails | undefined;
  readonly cause?: unknown;
}

/**
 * Everything the client throws, but for the reason of a caller's own abort signal. `status` is
 * the HTTP status, or 0 when no answer came; `reason` is that of metav1.Status, or one of
 * Unreachable, RequestTimeout, MalformedAnswer and AnswerTooLarge.
 */
export class KubeError extends Error {
  readonly reason: string;
  readonly status: number;
  readonly retry: Retry;
  readonly details: StatusDetails | undefined;
  /** What a person does next, where there is something to say. */
  readonly hint: string | undefined;

  constructor(reason: string, message: string, options: KubeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "KubeError";
    this.reason = reason;
    this.status = options.status ?? 0;
    this.retry = options.retry ?? "backoff";
    this.details = options.details;
    this.hint = hints[this.status];
  }
}

const hints: Readonly<Record<number, string>> = {
  401: "Check the credentials: the API server does not know who is asking.",
  403: "Grant the permission that the message names; it is tried again by itself.",
};

const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Gone",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

// The same request gets the same answer to these. Not so to 401 and 403 (a token is renewed,
// RBAC granted) or 404 (a CRD or namespace may yet come).
const lasting = new Set([400, 405, 406, 413, 415, 422]);

/** Beyond this a server's Retry-After is not believed. */
const longestRetryAfterMs = 300_000;
const longestMessage = 2_048;

/**
 * The error that a Status says. `subject` names the request, such as `get pods default/web`;
 * `retryAfter` is the HTTP header, which counts before the Status's own seconds.
 */
export function errorFromStatus(
  status: Partial<Status>,
  subject: string,
  answer: { readonly status: number; readonly retryAfter?: string | undefined },
): KubeError {
  const code = answer.status;
  const said = (status.message ?? `HTTP ${code}`).slice(0, longestMessage);
  return new KubeError(status.reason || reasons[code] || "Unknown", `${subject}: ${said}`, {
    status: code,
    details: status.details,
    retry: retryOf(code, answer.retryAfter, status.details),
  });
}

function retryOf(code: number, header: string | undefined, details?: StatusDetails): Retry {
  if (lasting.has(code)) return "never";
  if (code !== 429 && code < 500) return "backoff";
  const seconds = Number(header ?? details?.retryAfterSeconds ?? Number.NaN);
  if (!Number.isFinite(seconds) || seconds < 0) return "backoff";
  return { afterMs: Math.min(seconds * 1_000, longestRetryAfterMs) };
}

export const isNotFound = (thrown: unknown): boolean => hasReason(thrown, "NotFound");
/** Somebody else wrote first: read again. Not the same as a name that is taken. */
export const isConflict = (thrown: unknown): boolean => hasReason(thrown, "Conflict");
export const isAlreadyExists = (thrown: unknown): boolean => hasReason(thrown, "AlreadyExists");
export const isInvalid = (thrown: unknown): boolean => hasReason(thrown, "Invalid");
export const isForbidden = (thrown: unknown): boolean => hasReason(thrown, "Forbidden");
/** The resource version or continue token is too old: list anew. */
export const isGone = (thrown: unknown): boolean =>
  thrown instanceof KubeError && thrown.status === 410;

/**
 * The resource version is newer than the server's own, as after a restore of etcd. Waiting does
 * not help, only a new list does.
 */
export const isFromTheFuture = (thrown: unknown): boolean =>
  thrown instanceof KubeError &&
  (thrown.details?.causes ?? []).some((cause) => cause.reason === "ResourceVersionTooLarge");

function hasReason(thrown: unknown, reason: string): boolean {
  return thrown instanceof KubeError && thrown.reason === reason;
}
