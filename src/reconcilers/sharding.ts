/**
 * Which of several controllers works on what. A Project's label forge.dev/shard names the shard of
 * the project, of its Releases and of its ReleasePointers; without a label, or without a Project, it
 * is the default one, which also keeps the status of Environments, since those belong to no project.
 * A label that no shard can have leaves all of it to the default shard, which says so and does
 * nothing else.
 *
 * Every process sees everything and asks before it works, each by its own cache. While a label is
 * moved two may work on one object for a moment: their writes carry resource versions and old heads,
 * and one of the two fails. That is the same safety as between two leaders.
 */
import { indexValue } from "../../controller/kube/index.ts";
import { byAge, type Project, projectPath } from "../api/index.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { type Report, stalled } from "./status.ts";

const shardLabel = "forge.dev/shard";

type ShardingDeps = Pick<ReconcilerDeps, "caches" | "settings">;

/** What belongs to a project, by the names it carries. */
interface OfProject {
  readonly metadata: { readonly namespace: string };
  readonly spec: { readonly repository: string; readonly project: string };
}

/** A DNS label. */
export function isShardName(name: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
}

/** The label as it stands, valid or not. */
export function shardLabelOf({ metadata }: Pick<Project, "metadata">): string | undefined {
  return metadata.labels?.[shardLabel];
}

/** Whether this process works on a Project; without one, on what would be of its kind. */
export function isOurs(
  { settings }: Pick<ShardingDeps, "settings">,
  project: Pick<Project, "metadata"> | undefined,
): boolean {
  const label = project === undefined ? undefined : shardLabelOf(project);
  const shard = label !== undefined && isShardName(label) ? label : undefined;
  return shard === settings.shard;
}

/** The Project that stands for `<repository>/<project>` in a namespace: the oldest. */
export function projectAt(
  { caches }: Pick<ShardingDeps, "caches">,
  namespace: string,
  path: string,
): Project | undefined {
  return caches.projects.byIndex("project", indexValue(namespace, path)).toSorted(byAge)[0];
}

/** The Project of a Release or a ReleasePointer. */
export function projectOf(
  deps: Pick<ShardingDeps, "caches">,
  { metadata, spec }: OfProject,
): Project | undefined {
  return projectAt(deps, metadata.namespace, projectPath(spec.repository, spec.project));
}

/** What to say of an object whose Project names a shard that cannot be. */
export function invalidShard(project: Project | undefined): Report | undefined {
  const label = project === undefined ? undefined : shardLabelOf(project);
  if (project === undefined || label === undefined || isShardName(label)) return undefined;
  const reason = "InvalidShard";
  const message = `Project ${project.metadata.name} has the label ${shardLabel}="${label}", which is no name of a shard: use a DNS label (a-z, 0-9 and -), or remove it.`;
  return stalled(reason, message);
}
