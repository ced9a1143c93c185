import { parse, Range } from "semver";
import { compileGlob } from "./glob.ts";

/** What a tag may look like: a glob, or a range of semantic versions. */
export interface TagPattern {
  readonly pattern: string;
  /** Set where the pattern is a range that cannot be read: it matches nothing. */
  readonly invalid?: true;
  matches(tag: string): boolean;
}

/**
 * A range begins with a comparison or has a space, neither of which git allows in a tag's name
 * but `<`, `>` and `=`; `>=1.2.0 <2`, `^1.4`, `1.2.0 - 1.9.0`. A pre-release matches only a range
 * that names one of the same version, as https://github.com/npm/node-semver has it.
 */
const range = /^[<>=^~]|\s/;

export function compileTagPattern(pattern: string): TagPattern {
  if (!range.test(pattern)) return compileGlob(pattern);
  try {
    const versions = new Range(pattern);
    return {
      pattern,
      matches: (tag) => {
        // What is no version at all is told before the library makes an error of it.
        const version = /^v?[0-9]/.test(tag) ? parse(tag) : null;
        return version !== null && versions.test(version);
      },
    };
  } catch {
    return { pattern, invalid: true, matches: () => false };
  }
}
