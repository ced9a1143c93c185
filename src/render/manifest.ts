/** One Kubernetes object of a release. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** The whole object: a plain JSON tree with no shared nodes. */
  readonly object: Readonly<Record<string, unknown>>;
  /** The object as one YAML document, as it goes into the release image. */
  readonly yaml: string;
}

/** The API group of an apiVersion; "" is the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash === -1 ? "" : apiVersion.slice(0, slash);
}

/** Number of manifests of each kind, keys in alphabetical order. */
export function countByKind(manifests: readonly Pick<Manifest, "kind">[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const kind of manifests.map((manifest) => manifest.kind).toSorted()) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}
