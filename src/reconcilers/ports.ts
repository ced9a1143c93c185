import type { AttemptJournal, EventRecorder } from "../../controller/index.ts";
import type { CacheReader, Clock, KubeClient, Random } from "../../controller/kube/index.ts";
import type {
  Environment,
  Project,
  Release,
  ReleaseApproval,
  ReleaseDeployment,
  ReleasePointer,
} from "../api/index.ts";
import type { GitOpsWriter } from "../gitops/index.ts";
import type { Network } from "../network/index.ts";
import type { ManifestDigests, ReleaseImages } from "../oci/index.ts";
import type { Renderer } from "../render/index.ts";
import type { DeploymentMetrics, Logger, ReleaseMetrics, Tracer } from "../telemetry/index.ts";
import type { ReleaseExtension } from "../triggers/index.ts";
import type { PolicyState } from "./admission/policies-in-force.ts";

/** The name under which the API server knows this process. */
export type OwnUser = (signal: AbortSignal) => Promise<string>;

/** What the reconcilers know from their caches; informers.ts names the indexes. */
export interface Caches {
  readonly releases: CacheReader<Release>;
  readonly environments: CacheReader<Environment>;
  readonly pointers: CacheReader<ReleasePointer>;
  readonly projects: CacheReader<Project>;
  readonly approvals: CacheReader<ReleaseApproval>;
  readonly deployments: CacheReader<ReleaseDeployment>;
}

export interface Settings {
  /** Registry and prefix of release images, such as registry.example.com/releases. */
  readonly registry: string;
  /**
   * Prefixes that namespaces may write to and look in, where `{namespace}` stands for the name of
   * theirs. Undefined: `registry`, and what Projects used when prefixes were bounded.
   */
  readonly allowedPrefixes?: readonly string[] | undefined;
  /** Hosts of git servers that plain http may reach; loopback always may. */
  readonly insecureGitHosts: readonly string[];
  /** The shard that this process works on; undefined: the default one. See sharding.ts. */
  readonly shard?: string | undefined;
  /** Commits nothing unless the admission policies are known to be in force. */
  readonly requirePolicies?: boolean | undefined;
}

/** All that the reconcilers work with; made once, in cmd/forge-controller. */
export interface ReconcilerDeps {
  readonly client: KubeClient;
  readonly caches: Caches;
  /** Through it go connections to what objects name. */
  readonly network: Network;
  readonly images: ReleaseImages;
  /** Of artifacts, which pipelines pushed. */
  readonly digests: ManifestDigests;
  /** The first that accepts a project renders it. */
  readonly renderers: readonly Renderer[];
  readonly extensions: readonly ReleaseExtension[];
  readonly writer: GitOpsWriter;
  readonly events: Pick<EventRecorder, "record">;
  readonly metrics: ReleaseMetrics;
  readonly deploymentMetrics: DeploymentMetrics;
  readonly tracer: Tracer;
  /** undefined: a restart knows nothing of the attempts before it. */
  readonly journal?: Pick<AttemptJournal, "begin" | "delayMs"> | undefined;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Settings;
  readonly ownUser: OwnUser;
  /** Whether the admission policies of this version are in force now. */
  readonly policies: () => PolicyState;
}
