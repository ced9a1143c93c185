/** Annotations by which an agent's object says whose pointer it carries out. */
export const pointerAnnotations = {
  environment: "forge.dev/environment",
  repository: "forge.dev/repository",
  project: "forge.dev/project",
} as const;

/** Names of a pointer that agents' objects are found by: where it lies, and what it stands for. */
export interface PointerNames {
  readonly environment: string;
  readonly repository: string;
  readonly project: string;
  /** The GitOps repository, and the pointer file in it. */
  readonly git?: { readonly url: string; readonly path: string } | undefined;
}

/** The values under which what carries a pointer out is found. */
export function keysOfPointer({ environment, repository, project, git }: PointerNames): string[] {
  const folder = git?.path.slice(0, Math.max(0, git.path.lastIndexOf("/")));
  return [
    nameKey(environment, repository, project),
    ...(git === undefined || folder === undefined ? [] : [pathKey(git.url, folder)]),
  ];
}

/** The value of an object that names all three; none otherwise. */
export function keysOfAnnotations(annotations: Readonly<Record<string, string>> = {}): string[] {
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
