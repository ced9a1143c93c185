const patternLimit = 256;

/**
 * Whether a glob matches the whole text. `*` stands for any characters but `/`, `**` for any
 * characters, `?` for one character but `/`; all else stands for itself.
 *
 * It walks the text once and keeps the set of places in the pattern that it may have reached, so
 * a hostile pattern costs at most pattern length × text length steps.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  if (pattern.length > patternLimit) return false;
  const tokens = tokenize(pattern);
  let places = reach(tokens, new Set([0]));
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
