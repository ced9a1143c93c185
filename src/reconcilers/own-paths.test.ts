import { describe, expect, test } from "vitest";
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

  test("without a Project are those of the installation alone", () => {
    const deps = ownershipDeps([], [], byNamespace);
    expect(isOwnPath(deps, "a", undefined, "reg.io/teams/a/web")).toBe(true);
    expect(isOwnPath(deps, "a", undefined, "reg.io/used/web")).toBe(false);
  });
});
