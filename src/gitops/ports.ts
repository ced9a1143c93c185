import type { RemoteOptions } from "../git/index.ts";
import type { Span } from "../telemetry/index.ts";

export type DeploymentType = "Deploy" | "Promote" | "Rollback";

/** One change of a pointer: which release an environment should run from now on. */
export interface Deployment {
  /**
   * Unique for ever, and ending in `-<sequence>`; the pointer file and the commit carry it. What a
   * file of the same pointer carries with a later sequence is never overwritten.
   */
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
  /** Names the request in logs; the commit carries it. */
  readonly requestId?: string;
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
  /** Pushes of this deployment are spans of it. */
  readonly span?: Span;
}

/** A pointer file that is to be read. */
export interface PointerLocation extends Pick<CommitRequest, "remote" | "branch" | "pathTemplate"> {
  readonly pointer: Pick<Deployment, "environment" | "repository" | "project">;
  /** If the file carries this deployment, its commit is looked for too. */
  readonly deployment?: string;
}

/** What a pointer file says of the deployment that wrote it last. */
export interface CarriedDeployment {
  readonly id: string;
  /** Digest of the image that the file points at; a person may have removed it. */
  readonly digest?: string;
  /** The commit that the file pins. */
  readonly release?: string;
  readonly by?: string;
}

export interface CurrentDeployment extends CarriedDeployment {
  /** That brought the deployment which was asked for; the head where it is too far back. */
  readonly commit?: string;
  /** When that commit was made, ISO 8601 in UTC; absent where it is too far back. */
  readonly time?: string;
  /** The pointer file, from the repository's root. */
  readonly path: string;
}

export interface CommitResult {
  /** The commit that brought this deployment to the branch. */
  readonly commit: string;
  /** The pointer file, from the repository's root. */
  readonly path: string;
  /** The branch held this deployment before the call: work of an earlier life of the controller. */
  readonly alreadyCommitted: boolean;
}

export interface HistoryRequest extends Pick<CommitRequest, "remote" | "branch" | "pathTemplate"> {
  /** Of every environment when absent. */
  readonly environment?: string;
}

/** A deployment as the log of its branch tells it. */
export interface LoggedDeployment
  extends Omit<Deployment, "image" | "by" | "previous">,
    Partial<Pick<Deployment, "by">> {
  /** The number at the end of its id. */
  readonly sequence?: number;
  /** Of the image; like `by` it comes from the pointer file, and is absent where that is not found. */
  readonly digest?: string;
  readonly gitCommit: string;
  /** The pointer file, from the repository's root. */
  readonly path: string;
  /** Of the commit, ISO 8601 in UTC. */
  readonly time: string;
  /** The deployment of the same pointer before it; of one beyond the log what the message says. */
  readonly previous?: {
    readonly id?: string;
    readonly commit?: string;
    readonly number: number;
    readonly version?: string;
    readonly digest?: string;
  };
}

export interface DeploymentHistory {
  /** The newest first. */
  readonly deployments: readonly LoggedDeployment[];
  /** Nothing older was left out, be it for the limit or for a log that is too long. */
  readonly complete: boolean;
}

export interface GitOpsWriter {
  /**
   * Resolves once the commit is on the server's branch. Throws PointerFileInvalid,
   * PointerPathInvalid, DeploymentOutdated, GitBranchNotFound, GitRejected, GitUnauthorized, GitUnreachable, Timeout.
   * After an abort or a timeout the push may still arrive: ask again with the same deployment.
   */
  commit(request: CommitRequest, signal: AbortSignal): Promise<CommitResult>;
  /**
   * The deployment that a pointer file carries at the head of its branch; undefined where there is
   * no file, or none of a deployment. Throws like commit.
   */
  currentDeployment(
    location: PointerLocation,
    signal: AbortSignal,
  ): Promise<CurrentDeployment | undefined>;
  /**
   * The last deployments of a branch, at most `limit`, rebuilt from its log alone: from messages
   * and trailers of forge's commits, and from the pointer files as they left them. Looks at the
   * last 100,000 generations of commits. Throws like commit, and SourceTooLarge.
   */
  history(request: HistoryRequest, limit: number, signal: AbortSignal): Promise<DeploymentHistory>;
  close(): Promise<void>;
}

/** How a pointer is written down. forge's own file is one format; Flux's OCIRepository another. */
export interface PointerFormat {
  readonly fileName: string;
  create(deployment: Deployment): string;
  /** Throws PointerFileInvalid, naming `path`, when the text is no pointer. */
  open(text: string, path: string): OpenPointer;
}

export interface OpenPointer {
  /** The deployment that the text carries, if any. */
  readonly carried: CarriedDeployment | undefined;
  /**
   * The text with this deployment in it, once. Throws PointerFileInvalid when it is the pointer of
   * another project.
   */
  edit(deployment: Deployment): string;
}
