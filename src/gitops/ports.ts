import type { RemoteOptions } from "../git/index.ts";

export type DeploymentType = "Deploy" | "Promote" | "Rollback";

/** One change of a pointer: which release an environment should run from now on. */
export interface Deployment {
  /** Unique for ever; the pointer file and the commit carry it. */
  readonly id: string;
  readonly environment: string;
  readonly repository: string;
  readonly project: string;
  /** 40 or 64 hex digits. */
  readonly commit: string;
  readonly number: number;
  readonly version?: string;
  readonly image: { readonly repository: string; readonly digest: string };
  readonly type: DeploymentType;
  readonly by: string;
  readonly reason?: string;
  /** What ran before; a rollback's message names it. */
  readonly previous?: { readonly number: number; readonly version?: string };
}

export interface CommitRequest {
  readonly remote: RemoteOptions;
  readonly branch: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly deployment: Deployment;
  /** The pointer's folder; {environment}/apps/{repository}/{project} when absent. */
  readonly pathTemplate?: string;
  /** How long to go on after lost races and network errors; a minute when absent. */
  readonly deadlineMs?: number;
}

/** A pointer file that is to be read. */
export interface PointerLocation extends Pick<CommitRequest, "remote" | "branch" | "pathTemplate"> {
  readonly pointer: Pick<Deployment, "environment" | "repository" | "project">;
}

export interface CommitResult {
  /** The commit that brought this deployment to the branch. */
  readonly commit: string;
  /** The pointer file, from the repository's root. */
  readonly path: string;
  /** The branch held this deployment before the call: work of an earlier life of the controller. */
  readonly alreadyCommitted: boolean;
}

export interface GitOpsWriter {
  /**
   * Resolves once the commit is on the server's branch. Throws PointerFileInvalid,
   * PointerPathInvalid, GitBranchNotFound, GitRejected, GitUnauthorized, GitUnreachable, Timeout.
   * After an abort or a timeout the push may still arrive: ask again with the same deployment.
   */
  commit(request: CommitRequest, signal: AbortSignal): Promise<CommitResult>;
  /**
   * The id of the deployment that a pointer file carries at the head of its branch; undefined
   * where there is no file, or none of a deployment. Throws like commit.
   */
  currentDeployment(location: PointerLocation, signal: AbortSignal): Promise<string | undefined>;
  close(): Promise<void>;
}

/** How a pointer is written down. forge's own file is one format; Flux's OCIRepository another. */
export interface PointerFormat {
  readonly fileName: string;
  create(deployment: Deployment): string;
  /** Throws PointerFileInvalid, naming `path`, when the text is not this deployment's pointer. */
  edit(text: string, deployment: Deployment, path: string): string;
  /** The id of the deployment that the text carries, if any. Throws PointerFileInvalid. */
  deploymentOf(text: string, path: string): string | undefined;
}
