import { describe, expect, test } from "vitest";
import type { Bump } from "./changeset.ts";
import { nextVersion, sectionOf, withSection } from "./section.ts";

const change = (bump: Bump, summary: string = bump) => ({ bump, summary });

describe("the next version", () => {
  test.each([
    { because: "a fix is a patch", current: "0.1.0", bumps: ["patch"], next: "0.1.1" },
    {
      because: "the largest decides, in any order",
      current: "0.1.3",
      bumps: ["patch", "minor", "patch"],
      next: "0.2.0",
    },
    { because: "1.0 is asked for", current: "0.9.4", bumps: ["major", "patch"], next: "1.0.0" },
    {
      because: "a pre-release becomes what it was for",
      current: "1.0.0-rc.1",
      bumps: ["patch"],
      next: "1.0.0",
    },
  ] as const)("$current becomes $next, because $because", ({ current, bumps, next }) => {
    expect(
      nextVersion(
        current,
        bumps.map((bump) => change(bump)),
      ),
    ).toBe(next);
  });

  test("there is none without a change", () => {
    expect(() => nextVersion("0.1.0", [])).toThrow("0.1.0");
  });
});

test("a section lists the larger changes first, and indents what belongs to an entry", () => {
  const changes = [
    change("patch", "One.\n\nMore of it."),
    change("minor", "Two."),
    change("patch"),
  ];
  expect(sectionOf("0.2.0", "2026-12-01", changes)).toBe(
    `## 0.2.0 (2026-12-01)

### Minor Changes

- Two.

### Patch Changes

- One.

  More of it.
- patch`,
  );
});

describe("a changelog", () => {
  test.each([
    {
      because: "the newest comes first",
      before: "# C\n\nIntro.\n\n## 0.1.0\n\n- a\n",
      ends: "\n\n## 0.1.0\n\n- a\n",
    },
    { because: "the first has nothing below", before: "# C\n\nIntro.\n", ends: "\n" },
  ])("takes a section, and $because", ({ before, ends }) => {
    expect(withSection(before, "## 0.2.0")).toBe(`# C\n\nIntro.\n\n## 0.2.0${ends}`);
  });
});
