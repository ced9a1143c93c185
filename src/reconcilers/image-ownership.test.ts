import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Project, Release } from "../api/index.ts";
import { imageRefusal } from "./image-ownership.ts";
import { ownershipDeps, projectOfTest, releaseOfTest } from "./testing/ownership-world.ts";

/** The whole registry may be written to by everybody. */
const open = ["reg.io", "docker.io"];

describe("whose an image is", () => {
  test.each([
    {
      because: "nobody else has it",
      projects: [projectOfTest("a", "x/web", 2)],
      reason: undefined,
    },
    {
      because: "prefix and repository are divided in another way",
      projects: [
        projectOfTest("b", "x/web", 1, { registry: "reg.io/releases/company" }),
        projectOfTest("a", "company/x/web", 2),
      ],
      reason: "RegistryTaken",
    },
    {
      because: "the host is spelled in another way",
      projects: [
        projectOfTest("b", "x/web", 1, { registry: "REG.io:443/releases/company" }),
        projectOfTest("a", "company/x/web", 2),
      ],
      reason: "RegistryTaken",
    },
    {
      because: "Docker Hub has several names",
      projects: [
        projectOfTest("b", "x/web", 1, { registry: "index.docker.io/company" }),
        projectOfTest("a", "company/x/web", 2, { registry: "registry-1.docker.io" }),
      ],
      reason: "RegistryTaken",
    },
    {
      because: "an image that only begins alike is another one",
      projects: [
        projectOfTest("b", "x/web", 1, { registry: "reg.io/releases/company" }),
        projectOfTest("a", "company/x/webapp/api", 2),
      ],
      reason: undefined,
    },
    {
      because: "the older Project has it",
      projects: [
        projectOfTest("b", "x/web", 3, { registry: "reg.io/other/company" }),
        projectOfTest("a", "company/x/web", 2, { registry: "reg.io/other" }),
      ],
      reason: undefined,
    },
    {
      because: "an older Project may turn to the path of a repository at any time",
      projects: [
        projectOfTest("b", "x/web", 3, { registry: "reg.io/releases/company" }),
        projectOfTest("a", "company/x/api", 2),
      ],
      reason: "RegistryTaken",
    },
    {
      because: "the registry may lead below another's repository",
      projects: [
        projectOfTest("b", "x/sub/web", 1, { registry: "reg.io/releases/company" }),
        projectOfTest("a", "company/x/api", 2),
      ],
      reason: "RegistryTaken",
    },
    {
      because: "a younger Project that released below another's repository stops",
      projects: [
        projectOfTest("b", "x/web", 1, { registry: "reg.io/releases/company" }),
        projectOfTest("a", "company/x/api", 2),
      ],
      releases: [releaseOfTest("b", "reg.io/releases/company/x/web", 1)],
      reason: "RegistryTaken",
    },
    {
      because: "an older Project goes on with what it released there",
      projects: [
        projectOfTest("b", "x/web", 3, { registry: "reg.io/releases/company" }),
        projectOfTest("a", "company/x/api", 2),
      ],
      releases: [releaseOfTest("b", "reg.io/releases/company/x/web", 1)],
      reason: undefined,
    },
    {
      because: "the registry may lead to another's repository itself",
      projects: [
        projectOfTest("b", "x/web", 1, { registry: "reg.io/releases/company" }),
        projectOfTest("a", "company/x/web/api", 2),
      ],
      reason: "RegistryTaken",
    },
    {
      because: "a younger repository is above an older one",
      projects: [projectOfTest("b", "company/web", 1), projectOfTest("a", "company/x/web", 2)],
      reason: "RegistryTaken",
    },
    {
      because: "a younger repository is below an older one",
      projects: [projectOfTest("b", "company/x/sub/x", 1), projectOfTest("a", "company/x/web", 2)],
      reason: "RegistryTaken",
    },
    {
      because: "the older of nested repositories stands, above others",
      projects: [projectOfTest("b", "company/web", 2), projectOfTest("a", "company/x/web", 1)],
      reason: undefined,
    },
    {
      because: "the older of nested repositories stands, below others",
      projects: [projectOfTest("b", "company/x/web", 2), projectOfTest("a", "company/web", 1)],
      reason: undefined,
    },
    {
      because: "a namespace nests its own repositories",
      projects: [projectOfTest("b", "company/x/web", 1), projectOfTest("b", "company/web", 2)],
      reason: undefined,
    },
    {
      because: "a repository that only begins alike is another one",
      projects: [projectOfTest("b", "company/x/web", 1), projectOfTest("a", "comp/web", 2)],
      reason: undefined,
    },
    {
      because: "a Project above that lost its repository holds nothing below",
      projects: [
        projectOfTest("b", "company/y/web", 1),
        projectOfTest("c", "company/web", 2),
        projectOfTest("a", "company/x/web", 3),
      ],
      reason: undefined,
    },
    {
      because: "an older Project that turns to it later does not take it from a Release",
      projects: [
        projectOfTest("b", "x/web", 3, { registry: "reg.io/releases/company" }),
        projectOfTest("a", "company/x/web", 2),
      ],
      releases: [releaseOfTest("a", "reg.io/releases/company/x/web", 1)],
      reason: "RegistryTaken",
    },
    {
      because: "of two that released it before, the older Release counts",
      projects: [
        projectOfTest("b", "x/web", 3, { registry: "reg.io/releases/company" }),
        projectOfTest("a", "company/x/web", 2),
      ],
      releases: [
        releaseOfTest("a", "reg.io/releases/company/x/web", 1),
        releaseOfTest("b", "reg.io/releases/company/x/web", 2),
      ],
      reason: undefined,
    },
    {
      because: "a Project whose repository is another's claims nothing",
      projects: [
        projectOfTest("b", "x/web", 1, { registry: "reg.io/other/company" }),
        projectOfTest("a", "company/x/web", 2, { registry: "reg.io/other" }),
        projectOfTest("c", "company/x/api", 3),
      ],
      reason: undefined,
    },
  ])("$reason, because $because", ({ projects, releases = [], reason }) => {
    const [project] = projects as [Project];
    const refusal = imageRefusal(ownershipDeps(projects, releases, open), project);
    expect(refusal?.code).toBe(reason);
    expect(refusal?.message ?? "").not.toMatch(/namespace "?a/);
  });

  test("no image has two namespaces that may write it", () => {
    const part = fc.constantFrom("x", "y");
    const claim = fc.record({
      namespace: fc.constantFrom("a", "b", "c"),
      registry: fc.constantFrom(undefined, "reg.io", "REG.io:443/releases", "reg.io/releases/x"),
      path: fc.array(part, { minLength: 2, maxLength: 3 }).map((parts) => parts.join("/")),
      age: fc.nat(5),
      isReleased: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 6 }), (claims) => {
        const projects = claims.map(({ namespace, path, age, registry }) =>
          projectOfTest(namespace, path, age, registry === undefined ? {} : { registry }),
        );
        const imageOfClaim = ({ registry, path }: (typeof claims)[number]) =>
          `${(registry ?? "reg.io/releases").toLowerCase().replace(":443", "")}/${path}`;
        const releases: Release[] = claims
          .filter(({ isReleased }) => isReleased)
          .map((one) => releaseOfTest(one.namespace, imageOfClaim(one), one.age));
        const deps = ownershipDeps(projects, releases, open);
        const owners = new Map<string, Set<string>>();
        for (const [index, one] of claims.entries()) {
          const image = imageOfClaim(one);
          const writers = owners.get(image) ?? new Set();
          owners.set(image, writers);
          const project = projects[index] as Project;
          if (imageRefusal(deps, project) === undefined) writers.add(one.namespace);
        }
        for (const writers of owners.values()) expect(writers.size).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("nobody writes along another's repository, and no younger Project takes from older ones", () => {
    const claim = fc.record({
      namespace: fc.constantFrom("a", "b", "c"),
      path: fc
        .array(fc.constantFrom("x", "y"), { minLength: 2, maxLength: 5 })
        .map((parts) => parts.join("/")),
      registry: fc.constantFrom(undefined, undefined, "reg.io/releases/x"),
    });
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 7 }), (claims) => {
        // The oldest first.
        const projects = claims.map(({ namespace, path, registry }, index) =>
          projectOfTest(namespace, path, 9 - index, registry === undefined ? {} : { registry }),
        );
        const mayWrite = (among: readonly Project[]) => {
          const deps = ownershipDeps(among, [], open);
          return among.filter((project) => imageRefusal(deps, project) === undefined);
        };
        const writers = mayWrite(projects).filter(isByRepository);
        for (const { metadata, spec } of writers) {
          const along = writers.filter((other) =>
            `${other.spec.repository}/`.startsWith(`${spec.repository}/`),
          );
          for (const other of along) expect(other.metadata.namespace).toBe(metadata.namespace);
        }
        // A registry may be changed later: only the claims by repository keep their age.
        const older = mayWrite(projects.slice(0, -1)).filter(isByRepository);
        for (const one of older) expect(mayWrite(projects)).toContain(one);
      }),
    );
  });
});

function isByRepository({ spec }: Project): boolean {
  return spec.registry === undefined;
}

describe("where a namespace may write", () => {
  const byNamespace = ["reg.io/teams/{namespace}", "reg.io/shared"];
  const used = { registriesInUse: ["old.io/team"] };
  test.each([
    { prefixes: undefined, registry: undefined, refused: false, because: "it is the default" },
    { prefixes: undefined, registry: "reg.io/other", refused: true, because: "nobody allowed it" },
    { prefixes: undefined, registry: "old.io/team", refused: true, because: "it is new" },
    {
      prefixes: undefined,
      registry: "OLD.io:443/team/",
      status: used,
      refused: false,
      because: "it was in use",
    },
    {
      prefixes: byNamespace,
      registry: "old.io/team",
      status: used,
      refused: true,
      because: "the installation has said what it allows",
    },
    { prefixes: byNamespace, registry: "reg.io/teams/a", refused: false, because: "it is its own" },
    { prefixes: byNamespace, registry: "reg.io/teams/a/b", refused: false, because: "it is below" },
    { prefixes: byNamespace, registry: "reg.io/teams/b", refused: true, because: "it is b's" },
    { prefixes: byNamespace, registry: "reg.io/teams/ab", refused: true, because: "it is ab's" },
    { prefixes: byNamespace, registry: "reg.io/teams", refused: true, because: "it is above" },
    { prefixes: byNamespace, registry: "reg.io/shared", refused: false, because: "it is shared" },
    { prefixes: byNamespace, registry: undefined, refused: true, because: "it is not named" },
  ])("$registry by $prefixes: refused $refused, because $because", (row) => {
    const { prefixes, registry, status, refused } = row;
    const project = projectOfTest("a", "company/web", 1, {
      ...(registry !== undefined && { registry }),
      ...(status !== undefined && { status: status as Project["status"] }),
    });
    const refusal = imageRefusal(ownershipDeps([project], [], prefixes), project);
    expect(refusal?.code).toBe(refused ? "RegistryNotAllowed" : undefined);
  });
});
