import { ClusterStore } from "../../requests/index.ts";
import type { Access } from "../caller/access.ts";
import { CacheStore } from "../cluster/cache-store.ts";
import { type Locator, projectNotFound } from "../cluster/locator.ts";
import { ProblemError } from "../http/problem.ts";
import type { Call, Located } from "../http/route.ts";
import type { Slots } from "../http/slots.ts";
import type { ServerDeps } from "../ports.ts";

/** Where streams take their slots. */
export interface StreamSlots {
  readonly events: Slots;
  readonly exports: Slots;
}

/** What the routes answer from. */
export interface RouteDeps extends Pick<ServerDeps, "caches" | "changes" | "clock" | "ledger"> {
  readonly access: Access;
  readonly locator: Locator;
  /** Who the caller is now, by the same token; rejects when the API server no longer knows it. */
  readonly knowsStill: (authorization: string | null) => Promise<unknown>;
  readonly slots: StreamSlots;
}

/** The project that the request names. */
export function locatedIn({ located }: Call): Located {
  if (located !== undefined) return located;
  throw projectNotFound({ repository: "", project: "" });
}

/** The project that a body names, known or to be. */
export function locatedBody(call: Call<object, Pick<Located, "repository" | "project">>): Located {
  if (call.located !== undefined) return call.located;
  throw projectNotFound(call.body);
}

/** The cluster in the caller's own name. */
export function storeOf(
  { caller, signal, requestId, span }: Call,
  namespace: string,
): ClusterStore {
  const origin = { requestId, traceparent: span.traceparent };
  return new ClusterStore(caller.client, namespace, { signal, origin });
}

/** What the server remembers of the cluster, once it is known that the caller may read it. */
export function cached({ caches }: RouteDeps, { caller }: Call, namespace: string): CacheStore {
  return new CacheStore(caches, namespace, caller.user);
}

/** A field that the schema leaves open, and this request needs. */
export function missing(field: string): ProblemError {
  const message = "is needed";
  return new ProblemError("RequestInvalid", `${field}: ${message}`, {
    errors: [{ field, message }],
  });
}
