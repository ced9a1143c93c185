/**
 * What a token lets its bearer do: resources such as `repository:company/app`, and for each the
 * actions `pull`, `push`, `delete` (distribution token specification, "Access scope").
 */
export type Scopes = ReadonlyMap<string, ReadonlySet<string>>;

export function repositoryScope(path: string, actions: readonly string[]): Scopes {
  return new Map([[`repository:${path}`, new Set(actions)]]);
}

/** Scopes parted by spaces; what has no actions is left out. A resource's name may hold colons. */
export function parseScopes(text: string): Scopes {
  return mergeScopes(
    ...text.split(" ").flatMap((one) => {
      const colon = one.lastIndexOf(":");
      const actions = one
        .slice(colon + 1)
        .split(",")
        .filter((action) => action !== "");
      if (colon < 1 || actions.length === 0) return [];
      return [new Map([[one.slice(0, colon), new Set(actions)]])];
    }),
  );
}

/** One token for all of them: a resource named twice is named once, with the actions of both. */
export function mergeScopes(...all: readonly Scopes[]): Scopes {
  const merged = new Map<string, Set<string>>();
  for (const [resource, actions] of all.flatMap((scopes) => [...scopes])) {
    merged.set(resource, new Set([...(merged.get(resource) ?? []), ...actions]));
  }
  return merged;
}

/** One text for one set, each resource an element. */
export function formatScopes(scopes: Scopes): string[] {
  return [...scopes]
    .map(([resource, actions]) => `${resource}:${[...actions].toSorted().join(",")}`)
    .toSorted();
}

export function covers(granted: Scopes, needed: Scopes): boolean {
  return [...needed].every(([resource, actions]) => {
    const allowed = granted.get(resource);
    return allowed?.has("*") || [...actions].every((action) => allowed?.has(action));
  });
}
