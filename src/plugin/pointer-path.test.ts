import { describe, expect, test } from "vitest";
import { readPointer } from "./pointer.ts";
import { checkPointerPath, defaultPathTemplate } from "./pointer-path.ts";
import { pointerFile } from "./testing/pointer-file.ts";

const pointer = readPointer(pointerFile());

describe("checkPointerPath", () => {
  test.each([
    { path: "production/apps/company/monorepo/auth", because: "it is its own folder" },
    {
      path: "./production/apps/company/monorepo/auth/",
      because: "Argo CD takes this for the same",
    },
    {
      path: "clusters/eu/production/auth",
      because: "an Environment may put its pointers elsewhere",
      templates: [defaultPathTemplate, "clusters/eu/{environment}/{project}"],
    },
  ])("accepts $path, because $because", ({ path, templates = [defaultPathTemplate] }) => {
    expect(() => checkPointerPath(pointer, path, templates)).not.toThrow();
  });

  test.each([
    { path: "staging/apps/company/monorepo/auth", because: "it is another environment's" },
    { path: "production/apps/company/monorepo/web", because: "it is another project's" },
    { path: "production/apps/company/other/auth", because: "it is another repository's" },
    { path: "x/production/apps/company/monorepo/auth", because: "it lies deeper" },
    { path: "production/apps/company/monorepo/auth/../web", because: "it leads to another's" },
    { path: "", because: "it is the root" },
  ])("refuses $path, because $because", ({ path }) => {
    expect(() => checkPointerPath(pointer, path, [defaultPathTemplate])).toThrow(
      /belongs to production\/apps\/company\/monorepo\/auth: its path and what it says disagree/,
    );
  });
});
