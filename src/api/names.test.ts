import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deploymentName, projectPath, releaseName, splitProjectPath } from "./names.ts";

describe("names", () => {
  test("a release is named by project, a hash of both, and the commit", () => {
    expect(
      releaseName("company/monorepo", "auth-service", "0123456789abcdef".padEnd(40, "0")),
    ).toBe("auth-service-086668ff-0123456789ab");
  });

  test("projects of the same name in two repositories have names of their own", () => {
    expect(deploymentName("dev", "a/b", "auth", 1)).not.toBe(
      deploymentName("dev", "a/c", "auth", 1),
    );
  });

  test("a project path splits into what it was made of", () => {
    const segment = fc.stringMatching(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), segment, (path, project) => {
        const repository = path.join("/");
        expect(splitProjectPath(projectPath(repository, project))).toEqual({ repository, project });
      }),
    );
  });
});
