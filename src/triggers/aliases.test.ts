import { describe, expect, test } from "vitest";
import { aliasesOf } from "./aliases.ts";

const monorepo = { name: "auth", tagStrategy: "Monorepo", branchAliases: true } as const;
const tagAll = { ...monorepo, tagStrategy: "TagAll" } as const;

describe("aliasesOf", () => {
  test.each([
    {
      project: monorepo,
      trigger: { type: "Tag", tag: "auth/v1.2.3" },
      values: ["v1.2.3", "auth/v1.2.3"],
      because: "the project's own tag gives both names",
    },
    {
      project: monorepo,
      trigger: { type: "Tag", tag: "billing/v1.2.3" },
      values: [],
      because: "the tag belongs to another project",
    },
    {
      project: monorepo,
      trigger: { type: "Tag", tag: "v1.2.3" },
      values: [],
      because: "in a monorepo a bare tag belongs to nobody",
    },
    {
      project: tagAll,
      trigger: { type: "Tag", tag: "v1.2.3" },
      values: ["v1.2.3"],
      because: "every tag belongs to every project",
    },
    {
      project: tagAll,
      trigger: { type: "Tag", tag: "20261121" },
      values: [],
      because: "digits alone could be a number",
    },
    {
      project: tagAll,
      trigger: { type: "Tag", tag: "DeadBeef" },
      values: [],
      because: "it could be a commit prefix",
    },
    {
      project: tagAll,
      trigger: { type: "Tag", tag: "beef" },
      values: ["beef"],
      because: "four digits are too few for a commit prefix",
    },
    {
      project: monorepo,
      trigger: { type: "BranchPush", branch: "release/1.2" },
      values: ["release/1.2-42"],
      because: "a branch gives branch and number",
    },
    {
      project: { ...monorepo, branchAliases: false },
      trigger: { type: "BranchPush", branch: "main" },
      values: [],
      because: "the project wants none",
    },
    {
      project: monorepo,
      trigger: { type: "Manual", branch: "main" },
      values: [],
      because: "nothing was pushed to the branch",
    },
  ] as const)("$trigger gives $values, because $because", ({ project, trigger, values }) => {
    expect(aliasesOf(project, trigger, 42).map(({ value }) => value)).toEqual(values);
  });
});
