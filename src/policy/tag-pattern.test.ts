import { describe, expect, test } from "vitest";
import { compileTagPattern } from "./tag-pattern.ts";

describe("compileTagPattern", () => {
  test.each([
    { pattern: "v*", tag: "v1.2.3", matches: true, because: "a glob is a glob" },
    { pattern: "1.x", tag: "1.4.0", matches: false, because: "it begins with no comparison" },
    { pattern: "1.x", tag: "1.x", matches: true, because: "as a glob it stands for itself" },
    { pattern: ">=1.2.0 <2", tag: "v1.9.9", matches: true, because: "the v counts for nothing" },
    { pattern: ">=1.2.0 <2", tag: "2.0.0", matches: false, because: "2.0.0 is not below 2" },
    { pattern: "^1.4", tag: "1.4.1", matches: true, because: "^1.4 is below 2" },
    { pattern: "~1.4.0", tag: "1.5.0", matches: false, because: "~1.4.0 is below 1.5" },
    { pattern: "=1.4.0", tag: "v1.4.0", matches: true, because: "it is that very version" },
    { pattern: "1.2.0 - 1.9.0", tag: "1.5.0", matches: true, because: "a tag has no space" },
    { pattern: "^1 || ^3", tag: "3.1.0", matches: true, because: "either will do" },
    { pattern: ">=1.2.0", tag: "1.3.0-rc.1", matches: false, because: "it is a pre-release" },
    { pattern: ">=1.3.0-rc.0", tag: "1.3.0-rc.1", matches: true, because: "the range names one" },
    { pattern: ">=1.2.0", tag: "nightly", matches: false, because: "it is no version" },
    { pattern: ">=1.2.0", tag: "auth/v1.3.0", matches: false, because: "it is a path" },
  ])("$pattern and $tag: $matches, because $because", ({ pattern, tag, matches }) => {
    const compiled = compileTagPattern(pattern);
    expect(compiled.matches(tag)).toBe(matches);
    expect(compiled.invalid).toBeUndefined();
  });

  test("a range that cannot be read matches nothing, and says so", () => {
    const compiled = compileTagPattern(">=one <two");
    expect(compiled.invalid).toBe(true);
    expect(compiled.matches("1.0.0")).toBe(false);
  });
});
