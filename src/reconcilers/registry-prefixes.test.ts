import { describe, expect, test } from "vitest";
import type { Project } from "../api/index.ts";
import { registriesInUse } from "./registry-prefixes.ts";
import { projectOfTest, releaseOfTest } from "./testing/ownership-world.ts";

const settings = { registry: "reg.io/releases" };

/** A condition, as an earlier version or this one wrote it. */
function condition(type: string, status: "True" | "False" = "True") {
  return { type, status, reason: "x", message: "", lastTransitionTime: "" };
}

const served = { observedGeneration: 1, conditions: [condition("Ready")] };

describe("what a Project used before prefixes were bounded", () => {
  test.each([
    {
      because: "an earlier version had served it",
      status: served,
      inUse: ["old.io/team"],
    },
    {
      because: "the earlier version had given it a number, and could not reach the registry then",
      status: {
        observedGeneration: 1,
        lastRelease: { name: "r", uid: "u", number: 1 },
        conditions: [condition("Ready", "False")],
      },
      inUse: ["old.io/team"],
    },
    { because: "it is new", status: { observedGeneration: -1 }, inUse: undefined },
    { because: "nothing was written of it yet", status: undefined, inUse: undefined },
    {
      because: "it was changed, and that was never served",
      status: { ...served, observedGeneration: 0 },
      inUse: undefined,
    },
    {
      because: "the earlier version could not reach the registry for a first number",
      status: {
        observedGeneration: 1,
        conditions: [{ ...condition("Ready", "False"), reason: "RegistryUnreachable" }],
      },
      inUse: ["old.io/team"],
    },
    {
      because: "its repository was another's",
      status: {
        observedGeneration: 1,
        conditions: [{ ...condition("Ready", "False"), reason: "RepositoryTaken" }],
      },
      inUse: undefined,
    },
    {
      because: "this version has judged it before",
      status: { ...served, conditions: [condition("Ready"), condition("RegistryAllowed")] },
      inUse: undefined,
    },
    {
      because: "a version before dropped what this one had recorded",
      status: {
        ...served,
        conditions: [
          condition("Ready"),
          { ...condition("RegistryAllowed"), reason: "InUseBefore" },
        ],
      },
      inUse: ["old.io/team"],
    },
    {
      because: "it is recorded, and is not judged again",
      status: { ...served, registriesInUse: ["older.io"] },
      inUse: ["older.io"],
    },
  ])("$inUse, because $because", ({ status, inUse }) => {
    const project = projectOfTest("a", "company/web", 1, {
      registry: "Old.io:443/team",
      ...(status && { status: status as Project["status"] }),
    });
    expect(registriesInUse(settings, project, [])).toEqual(inUse);
  });

  test("are its registry, where artifacts are looked up, and what its releases named", () => {
    const project = projectOfTest("a", "company/web", 1, {
      registries: ["ghcr.io/acme", "reg.io/releases/below"],
      status: served as Project["status"],
    });
    const release = releaseOfTest("a", "old.io/team/company/web", 1, [
      "reg.io/acme/web:v1",
      "ghcr.io/acme/web:v1",
      "https://example.com/web.tar",
    ]);
    expect(registriesInUse(settings, project, [release])).toEqual([
      "ghcr.io/acme",
      "old.io/team",
      "reg.io/acme/web",
    ]);
  });
});
