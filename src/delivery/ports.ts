import type {
  Clock,
  Informer,
  KubeClient,
  KubeObject,
  Logger,
  Random,
} from "../../controller/kube/index.ts";
import type { PointerDelivery } from "../api/index.ts";

/** What an agent is made with. */
export interface AgentDeps {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** How often everything is looked at again, to be sure. */
  readonly resyncMs: number;
  /** Whether forge has objects of its own in a namespace. */
  readonly isTenant: (namespace: string) => boolean;
}

/**
 * One that makes a cluster agree with Git: Argo CD, Flux. It need not be installed, and may be
 * there several times; forge reads what it says of a deployment, and asks it to look.
 */
export interface Agent {
  /** The collections that it speaks through. */
  readonly watched: readonly Watched[];
  /** What it makes of a deployment now. */
  look(awaited: AwaitedDeployment, signal: AbortSignal): Promise<Look>;
}

/** A collection, and the pointers that one of its objects concerns. */
export interface Watched {
  readonly informer: Informer<KubeObject>;
  /** Keys as those of keysOfPointer. */
  keysOf(object: KubeObject): readonly string[];
  /** Whether an update may change what the agent says of a deployment. */
  matters(object: KubeObject, old: KubeObject): boolean;
}

/** The deployment that a pointer's last commit carries. */
export interface AwaitedDeployment {
  /** The pointer, as namespace/name. */
  readonly pointer: string;
  /** What its agents' objects are found by. */
  readonly keys: readonly string[];
  /** The GitOps repository. */
  readonly url: string;
  readonly commit: string;
  readonly deployment: string;
  /** Of the release image. */
  readonly digest: string | undefined;
  /** What was said before, of this deployment or another. */
  readonly before: PointerDelivery | undefined;
  /** The deployment that the pointer file carries at another commit. */
  carriedAt(commit: string, signal: AbortSignal): Promise<string | undefined>;
}

export interface Look {
  /** One for each cluster object that carries the pointer out; none where there is none. */
  readonly reports: readonly PointerDelivery[];
  /**
   * Asks the agent to look at Git where it has not yet seen the deployment; asking twice does not
   * ask more. Answers in how many milliseconds to come again, if at all.
   */
  wake(signal: AbortSignal): Promise<number | undefined>;
}

/** How often an agent that is not installed is looked for. */
export const absentRetryMs = 60_000;
