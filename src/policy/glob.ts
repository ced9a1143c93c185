const patternLimit = 256;

export interface Glob {
  readonly pattern: string;
  matches(text: string): boolean;
}

/**
 * A glob that matches whole texts. `*` stands for any characters but `/`, `**` for any
 * characters, `?` for one character but `/`; all else stands for itself.
 *
 * It walks a text once and keeps the set of places in the pattern that it may have reached, so
 * a hostile pattern costs at most pattern length × text length steps.
 */
export function compileGlob(pattern: string): Glob {
  if (pattern.length > patternLimit) return { pattern, matches: () => false };
  const tokens = tokenize(pattern);
  const start = reach(tokens, new Set([0]));
  return { pattern, matches: (text) => walk(tokens, start, text) };
}

/** As {@link compileGlob}, for a pattern that is asked once. */
export function matchesGlob(pattern: string, text: string): boolean {
  return compileGlob(pattern).matches(text);
}

function walk(tokens: readonly string[], start: ReadonlySet<number>, text: string): boolean {
  let places = start;
  for (const character of text) {
    const next = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token === undefined) continue;
      if (token === "**" || (token === "*" && character !== "/")) next.add(place);
      else if (token === "?" ? character !== "/" : token === `=${character}`) next.add(place + 1);
    }
    if (next.size === 0) return false;
    places = reach(tokens, next);
  }
  return places.has(tokens.length);
}

/** Wildcards as they are written, any other character behind an equals sign. */
function tokenize(pattern: string): string[] {
  return [...pattern.matchAll(/\*+|\?|[^*?]/gsu)].map(([token]) => {
    if (token.startsWith("*")) return token.length > 1 ? "**" : "*";
    return token === "?" ? token : `=${token}`;
  });
}

/** Adds the places behind a wildcard, which may stand for nothing. */
function reach(tokens: readonly string[], places: Set<number>): Set<number> {
  for (const place of places) {
    const token = tokens[place];
    if (token === "*" || token === "**") places.add(place + 1);
  }
  return places;
}
