import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesGlob } from "./glob.ts";

describe("matchesGlob", () => {
  test.each([
    { glob: "main", text: "main", matches: true, because: "plain characters stand for themselves" },
    { glob: "main", text: "main2", matches: false, because: "the whole text must match" },
    { glob: "release/*", text: "release/1.2", matches: true, because: "* fills one segment" },
    { glob: "release/*", text: "release/1/2", matches: false, because: "* stops at a slash" },
    { glob: "release/*", text: "release/", matches: true, because: "* may stand for nothing" },
    { glob: "**", text: "a/b/c", matches: true, because: "** crosses slashes" },
    { glob: "feature/**/x", text: "feature/a/b/x", matches: true, because: "** in the middle" },
    { glob: "v?.?", text: "v1.2", matches: true, because: "? is one character" },
    { glob: "?", text: "/", matches: false, because: "? is no slash" },
    { glob: "a.b", text: "axb", matches: false, because: "a dot is a dot" },
    { glob: "=*", text: "=x", matches: true, because: "an equals sign is a plain character" },
    {
      glob: "*".repeat(257),
      text: "a",
      matches: false,
      because: "an overlong pattern matches nothing",
    },
  ])("$glob against $text: $matches, because $because", ({ glob, text, matches }) => {
    expect(matchesGlob(glob, text)).toBe(matches);
  });

  test("a hostile pattern ends: steps are bounded by pattern length times text length", () => {
    expect(matchesGlob(`${"a*".repeat(100)}b`, "a".repeat(250))).toBe(false);
  });

  test("agrees with the equivalent regular expression", () => {
    const letters = fc.constantFrom("a", "b", "/", "*", "?");
    fc.assert(
      fc.property(
        fc.string({ unit: letters, maxLength: 6 }),
        fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 8 }),
        (glob, text) => {
          const source = glob
            .replaceAll(/\*\*+/g, "\0")
            .replaceAll("*", "[^/]*")
            .replaceAll("?", "[^/]")
            .replaceAll("\0", ".*");
          expect(matchesGlob(glob, text)).toBe(new RegExp(`^${source}$`, "s").test(text));
        },
      ),
    );
  });
});
