/** Where forge looks into registries for a namespace: nobody learns from it what others keep there. */
import type { Project } from "../api/index.ts";
import { canonicalName, canonicalPrefix } from "../oci/index.ts";
import {
  isOfAnother,
  type OwnershipDeps,
  ownerByRepository,
  ownPrefix,
} from "./image-ownership.ts";
import { isWithin, prefixesOf, prefixesOfProject } from "./registry-prefixes.ts";

/**
 * Whether a repository of a registry is on a path of the namespace: within the prefixes that it may
 * use, or in a registry apart from the installation's that its Project names. What is another's
 * image, or beside one, is not: below `<prefix>/<repository>` all belongs to who owns the repository.
 * @param repository `<host>/<path>`
 * @param named prefixes that the Project names for what is looked up
 */
export function isOwnPath(
  deps: OwnershipDeps,
  namespace: string,
  project: Project | undefined,
  repository: string,
  named: readonly string[] = [],
): boolean {
  const { settings } = deps;
  const name = canonicalName(repository);
  if (name === undefined || isOfAnother(deps, namespace, name)) return false;
  const owner = ownerByRepository(deps, name);
  if (owner !== undefined) return owner.metadata.namespace === namespace;
  const given =
    project === undefined ? prefixesOf(settings, namespace) : prefixesOfProject(settings, project);
  // The controller's own prefix is shared by all: where nobody owns a repository, nobody looks.
  const shared = settings.allowedPrefixes === undefined ? ownPrefix(deps) : undefined;
  if (
    isWithin(
      name,
      given.filter((prefix) => prefix !== shared),
    )
  )
    return true;
  const prefixes = named.flatMap((prefix) => canonicalPrefix(prefix) ?? []);
  return !isOfInstallation(deps, namespace, name) && isWithin(name, prefixes);
}

/** Whether a registry is one of those that the installation names, and has credentials for. */
function isOfInstallation({ settings }: OwnershipDeps, namespace: string, name: string): boolean {
  const { registry, allowedPrefixes = [] } = settings;
  const named = prefixesOf(
    { registry, allowedPrefixes: [registry, ...allowedPrefixes] },
    namespace,
  );
  const host = (path: string) => path.split("/")[0];
  return named.some((prefix) => host(prefix) === host(name));
}
