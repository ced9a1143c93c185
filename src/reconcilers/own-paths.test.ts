import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Project } from "../api/index.ts";
import { isOwnPath } from "./own-paths.ts";
import { ownershipDeps, projectOfTest, releaseOfTest } from "./testing/ownership-world.ts";

const own = projectOfTest("a", "company/mine/web", 2, {
  status: { registriesInUse: ["reg.io/used"] } as never,
});
const projects = [own, projectOfTest("b", "company/theirs/web", 1)];
const releases = [releaseOfTest("b", "reg.io/used/theirs/web", 1)];
const named = ["ghcr.io/acme", "reg.io/anywhere"];
const byNamespace = ["reg.io/teams/{namespace}", "reg.io/shared"];

describe("paths of a namespace", () => {
  test.each([
    { path: "reg.io/releases/company/mine/web", is: true, because: "it is its own image" },
    { path: "reg.io/releases/company/mine/base", is: true, because: "its repository's" },
    { path: "reg.io/releases/company/theirs/web", is: false, because: "it is another's image" },
    { path: "REG.io:443/releases/company/theirs/web", is: false, because: "it is the same image" },
    { path: "reg.io/releases/company/theirs/base", is: false, because: "another's repository's" },
    { path: "reg.io/releases/nobody/web", is: false, because: "the prefix is everybody's" },
    { path: "reg.io/team/web", is: false, because: "the registry alone allows nothing" },
    { path: "reg.io/used/web", is: true, because: "it was in use before" },
    { path: "reg.io/used/theirs/web", is: false, because: "another released it" },
    { path: "reg.io/anywhere/web", is: false, because: "a Project names no path of this registry" },
    { path: "ghcr.io/acme/web", is: true, because: "the Project names another registry" },
    { path: "ghcr.io/other/web", is: false, because: "the Project does not name it" },
    { path: "no reference", is: false, because: "it is no repository" },
  ])("$path: $is, because $because", ({ path, is }) => {
    expect(isOwnPath(ownershipDeps(projects, releases), "a", own, path, named)).toBe(is);
  });

  test.each([
    { path: "reg.io/teams/a/web", is: true, because: "it is below its own prefix" },
    { path: "reg.io/teams/b/web", is: false, because: "it is below another's" },
    { path: "reg.io/shared/web", is: true, because: "the installation shares it" },
    { path: "reg.io/used/web", is: false, because: "the installation has said what it allows" },
    { path: "reg.io/releases/company/theirs/web", is: false, because: "it is another's" },
  ])("by prefixes of the installation $path: $is, because $because", ({ path, is }) => {
    const deps = ownershipDeps(projects, releases, byNamespace);
    expect(isOwnPath(deps, "a", own, path, named)).toBe(is);
  });

  test.each([
    { other: "company/web", because: "a younger repository is above" },
    { other: "company/mine/sub/web", because: "a younger repository is below" },
    { other: "mine/web", registry: "reg.io/releases/company", because: "a registry leads there" },
  ])("stay with who was first, though $because", ({ other, registry }) => {
    const intruder = projectOfTest("b", other, 1, registry === undefined ? {} : { registry });
    const deps = ownershipDeps([own, intruder]);
    for (const path of ["base", "sub/web", "sub/base"].map((end) => `company/mine/${end}`)) {
      expect(isOwnPath(deps, "a", own, `reg.io/releases/${path}`)).toBe(true);
      expect(isOwnPath(deps, "b", intruder, `reg.io/releases/${path}`)).toBe(false);
    }
  });

  test("no younger Project takes one, nor has one path two namespaces", () => {
    const path = fc
      .array(fc.constantFrom("x", "y"), { minLength: 2, maxLength: 5 })
      .map((parts) => parts.join("/"));
    const claim = fc.record({ namespace: fc.constantFrom("a", "b", "c"), path });
    fc.assert(
      fc.property(fc.array(claim, { minLength: 1, maxLength: 7 }), path, (claims, asked) => {
        // The oldest first.
        const all = claims.map((one, index) => projectOfTest(one.namespace, one.path, 9 - index));
        const ownersAmong = (among: readonly Project[]) => {
          const deps = ownershipDeps(among);
          return ["a", "b", "c"].filter((namespace) =>
            isOwnPath(deps, namespace, undefined, `reg.io/releases/${asked}`),
          );
        };
        const owners = ownersAmong(all);
        expect(owners.length).toBeLessThanOrEqual(1);
        expect(owners).toEqual(expect.arrayContaining(ownersAmong(all.slice(0, -1))));
      }),
    );
  });

  test("without a Project are those of the installation alone", () => {
    const deps = ownershipDeps([], [], byNamespace);
    expect(isOwnPath(deps, "a", undefined, "reg.io/teams/a/web")).toBe(true);
    expect(isOwnPath(deps, "a", undefined, "reg.io/used/web")).toBe(false);
  });
});
