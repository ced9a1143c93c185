import type { ErrorKind } from "./error-kind.ts";

/** Requests to the REST API. */
export const apiErrors = {
  IssuerUnreachable: {
    retry: "backoff",
    hint: "Check the server's --oidc-issuer and --oidc-ca, and that it may reach the issuer.",
  },
  RequestInvalid: {
    retry: "never",
    hint: "Correct the named fields; /openapi.json says what the route takes.",
  },
  RequestTooLarge: {
    retry: "never",
    hint: "Send less: render from a git source instead of inline manifests.",
  },
  MediaTypeUnsupported: {
    retry: "never",
    hint: "Send JSON, with the header content-type: application/json.",
  },
  RouteNotFound: {
    retry: "never",
    hint: "Look at the routes that there are, at /docs.",
  },
  PageNotFound: {
    retry: "never",
    hint: "Begin again without a cursor, and change no other parameter on the way.",
  },
  MethodNotAllowed: {
    retry: "never",
    hint: "Use one of the methods that the header allow names.",
  },
  AmbiguousPath: {
    retry: "never",
    hint: "Write the repository with its slashes encoded as %2F.",
  },
  NamespaceRequired: {
    retry: "never",
    hint: "Say the namespace: it cannot be told from the name alone.",
  },
  DeploymentNotFound: {
    retry: "never",
    hint: "List what there is with GET /v1/deployments/{environment}/{repository}/{project}.",
  },
  Unauthenticated: {
    retry: "never",
    hint: "Send a token that the cluster's API server accepts: authorization: Bearer <token>.",
  },
  AccessDenied: {
    retry: "never",
    hint: "Ask for the right; docs/api.md lists what each route needs.",
  },
  PreconditionFailed: {
    retry: "never",
    hint: "Read it again, and decide anew with the ETag that it has now.",
  },
  IdempotencyKeyReused: {
    retry: "never",
    hint: "Use a key of its own for each request that is not a repetition.",
  },
  IdempotencyKeyInUse: {
    retry: { afterMs: 1_000 },
    hint: "The first request of this key is still being answered: repeat this one then.",
  },
  RateLimited: {
    retry: { afterMs: 1_000 },
    hint: "Ask less often; the header retry-after says when again.",
  },
  ServerBusy: {
    retry: { afterMs: 1_000 },
    hint: "Ask again later; more replicas of forge-server take more at once.",
  },
  ServerNotReady: {
    retry: { afterMs: 2_000 },
    hint: "The server has just started, or lost the cluster; /readyz says what is missing.",
  },
  ClusterUnreachable: {
    retry: "backoff",
    hint: "Ask again later; forge-server cannot reach the cluster's API server.",
  },
  Timeout: {
    retry: "backoff",
    hint: "Check the other side's load and the network between.",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;
