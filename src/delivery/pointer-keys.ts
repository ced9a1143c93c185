import type { KubeObject } from "../../controller/kube/index.ts";

/** Annotations by which an agent's object says whose pointer it carries out. */
export const pointerAnnotations = {
  /** The pointer itself, as namespace/name; in place of the others. */
  pointer: "forge.dev/pointer",
  /** Namespace of the pointer; beside the three below. */
  namespace: "forge.dev/namespace",
  environment: "forge.dev/environment",
  repository: "forge.dev/repository",
  project: "forge.dev/project",
} as const;

/** Names of a pointer that agents' objects are found by: where it lies, and what it stands for. */
export interface PointerNames {
  /** As namespace/name. */
  readonly pointer: string;
  readonly environment: string;
  readonly repository: string;
  readonly project: string;
  /** The GitOps repository, and the pointer file in it. */
  readonly git?: { readonly url: string; readonly path: string } | undefined;
}

/** The values under which what carries a pointer out is found. */
export function keysOfPointer(names: PointerNames): string[] {
  const { pointer, environment, repository, project, git } = names;
  const folder = git?.path.slice(0, Math.max(0, git.path.lastIndexOf("/")));
  return [
    `pointer|${pointer}`,
    nameKey(environment, repository, project),
    ...(git === undefined || folder === undefined ? [] : [pathKey(git.url, folder)]),
  ];
}

/** The value of an object that names its pointer, or all three of its names; none otherwise. */
export function keysOfAnnotations(annotations: Readonly<Record<string, string>> = {}): string[] {
  const pointer = annotations[pointerAnnotations.pointer];
  if (pointer !== undefined) return [`pointer|${pointer}`];
  const [environment, repository, project] = [
    annotations[pointerAnnotations.environment],
    annotations[pointerAnnotations.repository],
    annotations[pointerAnnotations.project],
  ];
  return environment && repository && project ? [nameKey(environment, repository, project)] : [];
}

/** The value of an object that reads a folder of a repository. */
export function pathKey(url: string, path: string): string {
  const clean = path.replace(/^(\.?\/)+/, "").replace(/\/+$/, "");
  return `path|${cleanUrl(url)}|${clean}`;
}

/** Whether two URLs are of one repository, as git servers and agents see it. */
export function sameRepository(one: string, other: string): boolean {
  return cleanUrl(one) === cleanUrl(other);
}

function nameKey(...names: readonly string[]): string {
  return `name|${names.join("|")}`;
}

function cleanUrl(url: string): string {
  return url.replace(/\/+$/, "").replace(/\.git$/, "");
}

/**
 * Whether an agent's object may report on a pointer, as namespace/name: an object that names another
 * pointer or namespace never does, and one that lies in the namespace of another tenant of forge
 * reports on that tenant's pointers alone. Whatever it says, its namespace is what it could not choose.
 *
 * @param isTenant whether forge has Environments or Projects in a namespace
 */
export function mayReportOn(
  { metadata }: KubeObject,
  pointer: string,
  isTenant: (namespace: string) => boolean,
): boolean {
  const [namespace] = pointer.split("/");
  const { pointer: named, namespace: of } = pointerAnnotations;
  const annotations = metadata.annotations ?? {};
  if (annotations[named] !== undefined && annotations[named] !== pointer) return false;
  if (annotations[of] !== undefined && annotations[of] !== namespace) return false;
  const own = metadata.namespace ?? "";
  return own === namespace || !isTenant(own);
}
