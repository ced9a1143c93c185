import { describe, expect, test } from "vitest";
import type { Environment, ReleaseDeployment } from "../api/index.ts";
import { runsFoundInGit } from "./found-in-git.ts";

const production = {
  spec: { promotionPolicy: { promotesFrom: [{ environment: "staging" }] } },
} as unknown as Environment;

const run = (name: string, environment: string, digest: string, status: object) =>
  ({
    metadata: { name },
    spec: { environment, release: { digest } },
    status,
  }) as unknown as ReleaseDeployment;

const found = { foundInGit: true, countsFrom: "2026-11-21T12:00:00Z" };

describe("runs that were found in Git", () => {
  test.each([
    { because: "its soak counts from then", given: run("a", "staging", "x", found), expected: 1 },
    { because: "another image is asked about", given: run("a", "staging", "y", found) },
    { because: "the environment does not come first", given: run("a", "dev", "x", found) },
    {
      because: "forge deployed it",
      given: run("a", "staging", "x", { countsFrom: found.countsFrom }),
    },
    { because: "it is not recorded yet", given: run("a", "staging", "x", {}) },
  ])("$because", ({ given, expected = 0 }) => {
    expect(runsFoundInGit(production, "x", [given])).toHaveLength(expected);
  });
});
