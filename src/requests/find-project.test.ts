import { describe, expect, test } from "vitest";
import type { Project } from "../api/index.ts";
import { chooseProject } from "./find-project.ts";

const project = (repository: string, name: string) =>
  ({ spec: { repository, name } }) as Pick<Project, "spec">;
const projects = [
  project("company/monorepo", "auth"),
  project("company/monorepo", "web"),
  project("company/legacy", "auth"),
];

describe("chooseProject", () => {
  test.each([
    { given: "web", path: "company/monorepo", because: "one repository has it" },
    { given: "company/legacy/auth", path: "company/legacy", because: "it is named in full" },
  ])("$given is that of $path, because $because", ({ given, path }) => {
    expect(chooseProject(given, projects, "shop").repository).toBe(path);
  });

  test.each([
    { given: "auth", says: "auth may be company/legacy/auth, company/monorepo/auth" },
    { given: "api", says: "namespace shop has no project api; it has company/legacy/auth" },
  ])("$given: $says", ({ given, says }) => {
    expect(() => chooseProject(given, projects, "shop")).toThrow(says);
  });
});
