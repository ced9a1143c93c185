import type { KubeClient } from "../../../controller/kube/index.ts";

/** Whom the API server knows by a token. */
export interface Person {
  readonly user: string;
  readonly groups: readonly string[];
}

/** Who asks. */
export interface Caller extends Person {
  /** The server's own account, where it writes in the caller's name by impersonation. */
  readonly impersonatedBy?: string;
  /** Tells callers apart without their tokens: a hash of this process alone. */
  readonly key: string;
  /** The cluster in the caller's own name: RBAC and the admission policies judge each request. */
  readonly client: KubeClient;
}

/** A right on forge's resources that RBAC grants. */
export interface Right {
  readonly verb: string;
  /** Plural, such as releases. */
  readonly resource: string;
  /** Empty: in every namespace. */
  readonly namespace: string;
  readonly name?: string | undefined;
}
