const patternLimit = 256;

export interface Glob {
  readonly pattern: string;
  matches(text: string): boolean;
}

/** Code points of a pattern, and below 0 what is none. */
const star = -1;
const doubleStar = -2;
const questionMark = -3;
const slash = 0x2f;

/**
 * A glob that matches whole texts. `*` stands for any characters but `/`, `**` for any
 * characters, `?` for one character but `/`; all else stands for itself.
 *
 * It walks a text once and keeps the places in the pattern that it may have reached, so a
 * hostile pattern costs at most pattern length × text length steps.
 */
export function compileGlob(pattern: string): Glob {
  if (pattern.length > patternLimit) return { pattern, matches: () => false };
  if (!/[*?]/.test(pattern)) return { pattern, matches: (text) => text === pattern };
  const tokens = tokenize(pattern);
  return { pattern, matches: (text) => walk(tokens, text) };
}

/** As {@link compileGlob}, for a pattern that is asked once. */
export function matchesGlob(pattern: string, text: string): boolean {
  return compileGlob(pattern).matches(text);
}

function walk(tokens: Int32Array, text: string): boolean {
  // One place for each token that may come next, and one behind the last.
  let places = new Uint8Array(tokens.length + 1);
  let next = new Uint8Array(tokens.length + 1);
  places[0] = 1;
  for (let place = 0; isRepeated(tokens[place]); place++) places[place + 1] = 1;
  for (const character of text) {
    if (!step(tokens, places, next, character.codePointAt(0) ?? 0)) return false;
    [places, next] = [next, places];
  }
  return places[tokens.length] === 1;
}

/** Fills in the places behind one character; false when there are none. */
function step(tokens: Int32Array, from: Uint8Array, to: Uint8Array, character: number): boolean {
  const slashed = character === slash;
  let alive = false;
  to.fill(0);
  for (let place = 0; place < tokens.length; place++) {
    const token = tokens[place];
    if (from[place] === 1) {
      if (token === doubleStar || (token === star && !slashed)) to[place] = 1;
      else if (token === character || (token === questionMark && !slashed)) to[place + 1] = 1;
    }
    // The place behind a wildcard, which may stand for nothing.
    if (to[place] === 1 && isRepeated(token)) to[place + 1] = 1;
    if (to[place] === 1 || to[place + 1] === 1) alive = true;
  }
  return alive;
}

function isRepeated(token: number | undefined): boolean {
  return token === star || token === doubleStar;
}

function tokenize(pattern: string): Int32Array {
  const tokens = [...pattern.matchAll(/\*+|\?|[^*?]/gsu)].map(([text]) => {
    if (text.startsWith("*")) return text.length > 1 ? doubleStar : star;
    return text === "?" ? questionMark : (text.codePointAt(0) ?? 0);
  });
  return Int32Array.from(tokens);
}
