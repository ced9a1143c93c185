/** One challenge of a WWW-Authenticate header (RFC 9110 section 11.6.1). */
export interface Challenge {
  /** Lower case. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const parameter = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y;
const separator = /[\s,]+/y;

/** Every challenge of the header, several in one line and commas inside quotes included. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const text = header.slice(0, 8192);
  for (let at = 0; at < text.length; ) {
    at += matchAt(separator, text, at)?.[0].length ?? 0;
    const pair = matchAt(parameter, text, at);
    const current = challenges.at(-1);
    if (pair !== undefined && current !== undefined) {
      const [whole, name = "", quoted, bare = ""] = pair;
      const value = quoted?.replaceAll(/\\(.)/g, "$1") ?? bare;
      current.parameters.set(name.toLowerCase(), value);
      at += whole.length;
      continue;
    }
    const scheme = matchAt(token, text, at);
    if (scheme === undefined) break;
    challenges.push({ scheme: scheme[0].toLowerCase(), parameters: new Map() });
    at += scheme[0].length;
  }
  return challenges;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
