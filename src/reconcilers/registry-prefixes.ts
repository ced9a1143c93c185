/**
 * Where in registries a namespace may write and look. The installation says so by its prefixes; a
 * Project chooses among them. An installation that says nothing allows its own prefix, and what each
 * Project used when prefixes were bounded: that is recorded in the Project's status, once, so that a
 * restart or a kill at any moment changes nothing.
 */
import type { Project, Release } from "../api/index.ts";
import { canonicalName, canonicalPrefix, isWithinPrefix } from "../oci/index.ts";
import { repositoryOf } from "./image-name.ts";
import type { Settings } from "./ports.ts";

type PrefixSettings = Pick<Settings, "registry" | "allowedPrefixes">;

/** Reason of the condition RegistryAllowed where it rests on what was in use. */
export const inUseBefore = "InUseBefore";

/** Reasons of Projects that no version has released, whatever their registry. */
const notServed = ["Duplicate", "InvalidShard", "RepositoryTaken"];

/** As many as the status holds. */
const maxInUse = 32;

/** `{namespace}` in a prefix stands for the namespace that asks. */
const placeholder = "{namespace}";

/** Whether a prefix of the installation is one, whatever the namespace. */
export function isRegistryPrefix(prefix: string): boolean {
  return canonicalPrefix(prefix.replaceAll(placeholder, "namespace")) !== undefined;
}

/** Prefixes that the installation gives to a namespace, in canonical form. */
export function prefixesOf(settings: PrefixSettings, namespace: string): readonly string[] {
  return (settings.allowedPrefixes ?? [settings.registry]).flatMap(
    (prefix) => canonicalPrefix(prefix.replaceAll(placeholder, namespace)) ?? [],
  );
}

/** Prefixes of the installation and, where it names none, those that the Project used before. */
export function prefixesOfProject(
  settings: PrefixSettings,
  project: Pick<Project, "status"> & { readonly metadata: { readonly namespace: string } },
): readonly string[] {
  const given = prefixesOf(settings, project.metadata.namespace);
  if (settings.allowedPrefixes !== undefined) return given;
  return [...given, ...(project.status?.registriesInUse ?? [])];
}

export function isWithin(name: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => isWithinPrefix(name, prefix));
}

/**
 * The prefixes that the Project used before they were bounded: decided when it is read for the first
 * time since, and never again. A Project that an earlier version has not served used nothing.
 * @param releases of the project
 */
export function registriesInUse(
  settings: PrefixSettings,
  project: Project,
  releases: readonly Release[],
): readonly string[] | undefined {
  const { status, metadata, spec } = project;
  if (status?.registriesInUse !== undefined) return status.registriesInUse;
  const judged = status?.conditions?.find(({ type }) => type === "RegistryAllowed");
  // A version before drops the field, and may leave the condition that rests on it.
  if (judged !== undefined && judged.reason !== inUseBefore) return undefined;
  const packaged = releases.filter((release) => release.status?.image !== undefined);
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  const isServed =
    status?.observedGeneration === metadata.generation &&
    ready !== undefined &&
    (status?.lastRelease !== undefined || !notServed.includes(ready.reason));
  const named = isServed ? [spec.registry, ...spec.artifacts.registries] : [];
  const used = [
    ...named.flatMap((prefix) => canonicalPrefix(prefix ?? "") ?? []),
    ...packaged.flatMap(usedBy),
  ];
  const given = prefixesOf({ registry: settings.registry }, metadata.namespace);
  const beyond = [...new Set(used)].filter((prefix) => !isWithin(prefix, given));
  return beyond.length === 0 ? undefined : withoutNested(beyond).slice(0, maxInUse);
}

/** Repositories of a release's image, its artifacts and its snapshot. */
function usedBy({ spec, status }: Release): string[] {
  const { ref = "" } = status?.image ?? {};
  return [
    // The prefix: what else the project releases goes beside it.
    prefixOfImage(ref, spec.repository, spec.project),
    ...spec.artifacts.map(({ uri }) => canonicalName(uri)),
    canonicalName(spec.source.oci?.ref ?? ""),
  ].filter((name) => name !== undefined);
}

function prefixOfImage(ref: string, repository: string, project: string): string | undefined {
  const name = canonicalName(repositoryOf(ref));
  const end = `/${repository}/${project}`;
  return name?.endsWith(end) ? name.slice(0, -end.length) : name;
}

function withoutNested(prefixes: readonly string[]): string[] {
  return prefixes.filter(
    (prefix) => !prefixes.some((other) => other !== prefix && isWithinPrefix(prefix, other)),
  );
}
