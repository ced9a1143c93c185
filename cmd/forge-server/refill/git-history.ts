import {
  byAge,
  type Environment,
  messageOf,
  type Project,
  projectPath,
} from "../../../src/api/index.ts";
import { type CredentialDeps, remoteOptions } from "../../../src/credentials/index.ts";
import type { GitOpsWriter } from "../../../src/gitops/index.ts";
import { loggedDeploymentFacts } from "../../../src/ledger/index.ts";
import type { Append, ProjectPlace } from "./ports.ts";

/** Of one environment; older ones stay in Git. */
const deploymentsRead = 10_000;

export interface GitParts extends CredentialDeps {
  readonly writer: Pick<GitOpsWriter, "history">;
  readonly append: Append;
  readonly say: (line: string) => void;
}

/**
 * Records which deployments the GitOps repositories tell of, and answers every project that there is
 * or was. A commit does not say its tenant: that of a repository's oldest Project owns it.
 */
export async function recordGit(
  parts: GitParts,
  world: { readonly environments: readonly Environment[]; readonly projects: readonly Project[] },
  signal: AbortSignal,
): Promise<{ readonly places: readonly ProjectPlace[]; readonly failures: number }> {
  const owners = ownersOf(world.projects);
  const places = new Map<string, ProjectPlace>();
  const add = (place: ProjectPlace) => {
    const key = `${place.namespace} ${projectPath(place.repository, place.project)}`;
    if (!places.has(key)) places.set(key, place);
  };
  for (const { metadata, spec } of world.projects) {
    const { repository, name, registry } = spec;
    add({ namespace: metadata.namespace, repository, project: name, registry });
  }
  let failures = 0;
  for (const environment of world.environments) {
    const { namespace, name } = environment.metadata;
    const { url, branch, path, secretRef } = environment.spec.gitOps;
    try {
      const remote = await remoteOptions(parts, namespace, { url, secretRef }, signal);
      const request = { remote, branch, pathTemplate: path, environment: name };
      const log = await parts.writer.history(request, deploymentsRead, signal);
      const own = log.deployments
        .filter(({ repository }) => (owners.get(repository) ?? namespace) === namespace)
        .toReversed();
      const facts = own.flatMap((logged) => loggedDeploymentFacts(namespace, logged));
      const count = await parts.append(facts);
      for (const { repository, project } of own) add({ namespace, repository, project });
      const rest = log.complete ? "" : `, the last ${deploymentsRead} of them`;
      parts.say(
        `${count} entries from ${own.length} deployments to ${namespace}/${name} in Git${rest}`,
      );
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      parts.say(`Git of ${namespace}/${name} is left out: ${messageOf(error)}`);
    }
  }
  return { places: [...places.values()], failures };
}

function ownersOf(projects: readonly Project[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const { metadata, spec } of projects.toSorted(byAge)) {
    if (!owners.has(spec.repository)) owners.set(spec.repository, metadata.namespace);
  }
  return owners;
}
