import type { Key, Logger } from "./kube/index.ts";

/**
 * What one look at an object led to. A thrown error is the sixth outcome: it is tried again as
 * its `retry` property says ("never", "backoff" or {afterMs}), with growing delays when absent.
 */
export type Outcome =
  /** The world is as it should be, until something changes. */
  | { readonly type: "done" }
  /** Look again after this time, for this reason. */
  | { readonly type: "requeue"; readonly afterMs: number; readonly why: string }
  /** Something else must happen first; its watch brings the key back. */
  | { readonly type: "wait"; readonly on: string }
  /** Only a person can help: not looked at again before the object changes. */
  | { readonly type: "stall"; readonly reason: string; readonly message: string };

export interface ReconcileContext {
  /** Carries the controller, the key and the reconcileId. */
  readonly log: Logger;
  /** Aborts when time is up, leadership is lost, or the process cannot wait any longer. */
  readonly signal: AbortSignal;
  readonly reconcileId: string;
}

/**
 * Makes the world agree with one object. It is given a name and no event: whatever it needs to
 * know it reads. The same key is never with two workers at once.
 */
export interface Reconciler {
  reconcile(key: Key, context: ReconcileContext): Promise<Outcome>;
}
