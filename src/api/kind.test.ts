import { describe, expect, test } from "vitest";
import { environmentKind } from "./environment.ts";
import { parseSpec } from "./kind.ts";
import { releaseKind } from "./release.ts";

const gitOps = { url: "https://git.example.com/gitops.git" };

describe("parseSpec", () => {
  test("fills in the defaults, nested ones too", () => {
    expect(parseSpec(environmentKind, { gitOps })).toMatchObject({
      order: 0,
      promotionPolicy: { allowedBranches: [], autoDeploy: false },
      gitOps: { branch: "main", path: "{environment}/apps/{repository}/{project}" },
      revisionHistoryLimit: 50,
    });
  });

  test.each([
    { spec: { gitOps, order: -1 }, field: "spec.order", because: "it is below the minimum" },
    { spec: {}, field: "spec.gitOps", because: "it is required" },
    {
      spec: { gitOps: { url: "https://x:secret@git.example.com/a.git" } },
      field: "spec.gitOps.url",
      because: "credentials do not belong into a url",
    },
    {
      spec: { gitOps, promotionPolicy: { allowedTriggers: ["Cron"] } },
      field: "spec.promotionPolicy.allowedTriggers.0",
      because: "there is no such trigger",
    },
  ])("names $field, because $because", ({ spec, field }) => {
    expect(() => parseSpec(environmentKind, spec)).toThrow(
      expect.objectContaining({
        code: "InvalidObject",
        message: expect.stringContaining(`${field}:`),
      }),
    );
  });

  test.each([
    { repository: "Company/Monorepo", because: "image names are lower case" },
    { repository: "a//b", because: "a segment is empty" },
    { repository: "../etc", because: "it leaves the registry's prefix" },
  ])("refuses the repository $repository, because $because", ({ repository }) => {
    const spec = {
      repository,
      project: "auth",
      commit: "a".repeat(40),
      trigger: { type: "Manual" },
      source: { manifests: "x" },
    };
    expect(() => parseSpec(releaseKind, spec)).toThrow("spec.repository");
  });
});
