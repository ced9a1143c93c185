/** Every refusal and failure as RFC 9457 tells it. */
import { STATUS_CODES } from "node:http";
import { KubeError } from "../../../controller/kube/index.ts";
import { type ErrorCode, ForgeError, messageOf, type Verdict } from "../../api/index.ts";
import type { Problem } from "../../rest/index.ts";

const statuses: Partial<Readonly<Record<ErrorCode, number>>> = {
  InvalidObject: 400,
  RequestInvalid: 400,
  UsageInvalid: 400,
  AmbiguousPath: 400,
  AmbiguousProject: 400,
  AmbiguousRelease: 400,
  NamespaceRequired: 400,
  Unauthenticated: 401,
  AccessDenied: 403,
  RouteNotFound: 404,
  PageNotFound: 404,
  ProjectNotFound: 404,
  EnvironmentNotFound: 404,
  ReleaseNotFound: 404,
  PointerNotFound: 404,
  ApprovalNotFound: 404,
  DeploymentNotFound: 404,
  RollbackTargetNotFound: 404,
  MethodNotAllowed: 405,
  ReleaseConflict: 409,
  ReleaseNotReady: 409,
  PointerChanged: 409,
  DeploymentRefused: 409,
  IdempotencyKeyInUse: 409,
  PreconditionFailed: 412,
  RequestTooLarge: 413,
  MediaTypeUnsupported: 415,
  IdempotencyKeyReused: 422,
  RateLimited: 429,
  ServerBusy: 503,
  ServerNotReady: 503,
  ClusterUnreachable: 503,
  IssuerUnreachable: 503,
  LedgerUnavailable: 503,
  Timeout: 504,
};

/** What a ForgeError alone does not tell. */
export interface ProblemDetails {
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  readonly rules?: readonly Verdict[];
}

/** A ForgeError with members of its own in the answer. */
export class ProblemError extends ForgeError {
  readonly details: ProblemDetails;

  constructor(
    code: ErrorCode,
    message: string,
    options: ProblemDetails & { readonly hint?: string } = {},
  ) {
    const { hint, ...details } = options;
    super(code, message, hint === undefined ? {} : { hint });
    this.details = details;
  }
}

/** Anything that was thrown, as a problem; what nobody foresaw tells nothing of itself. */
export function problemOf(thrown: unknown, requestId: string): Problem {
  if (thrown instanceof KubeError) return problemOfCluster(thrown, requestId);
  const status = thrown instanceof ForgeError ? statuses[thrown.code] : undefined;
  if (!(thrown instanceof ForgeError) || status === undefined) {
    return {
      ...about("InternalError", 500),
      detail: "The server failed at this request.",
      hint: "This is a fault of forge: tell its operators the requestId.",
      requestId,
    };
  }
  const { errors, rules } = thrown instanceof ProblemError ? thrown.details : {};
  return {
    ...about(thrown.code, status),
    ...{ detail: thrown.message, hint: thrown.hint, requestId },
    ...(errors && { errors: [...errors] }),
    ...(rules && {
      rules: rules.map(({ rule, reason, message }) => ({ rule, reason, message })),
    }),
  };
}

/** 500 where nobody foresaw it. */
export function statusOf(thrown: unknown): number {
  return (thrown instanceof ForgeError ? statuses[thrown.code] : undefined) ?? 500;
}

/** What the API server answers to a request in the caller's own name is the caller's to know. */
const handedOn = new Set([400, 401, 403, 404, 409, 422]);

function problemOfCluster(error: KubeError, requestId: string): Problem {
  const { status, reason, hint } = error;
  const detail = messageOf(error);
  if (handedOn.has(status)) {
    return { ...about(reason, status), detail, hint: hint ?? clusterHint, requestId };
  }
  const code = reason === "RequestTimeout" ? "Timeout" : "ClusterUnreachable";
  const known = new ForgeError(code, detail);
  return { ...about(code, statuses[code] ?? 503), detail, hint: known.hint, requestId };
}

const clusterHint = "So says the cluster's API server: correct what it names.";

function about(reason: string, status: number) {
  const title = STATUS_CODES[status] ?? "Error";
  return { type: `urn:forge:error:${reason}`, title, status, reason };
}
