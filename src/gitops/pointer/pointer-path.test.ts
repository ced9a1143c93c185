import { expect, test } from "vitest";
import { pointerFolder } from "./pointer-path.ts";

const names = {
  environment: "production",
  repository: "company/monorepo",
  project: "auth-service",
};

test.each([
  {
    template: undefined,
    path: "production/apps/company/monorepo/auth-service",
    because: "it is the default",
  },
  {
    template: "clusters/eu/{project}-{environment}",
    path: "clusters/eu/auth-service-production",
    because: "placeholders may stand inside a segment",
  },
])("$template gives $path, since $because", ({ template, path }) => {
  expect(pointerFolder(names, template).join("/")).toBe(path);
});

test.each([
  { template: "{env}/{project}", changes: {}, says: "unknown {env}" },
  { template: "{environment", changes: {}, says: "holds a brace" },
  { template: "", changes: {}, says: "is empty" },
  { template: "/{project}", changes: {}, says: "is empty" },
  { template: "a/../{project}", changes: {}, says: '".."' },
  { template: undefined, changes: { repository: "../../etc" }, says: '".."' },
  { template: undefined, changes: { repository: "a//b" }, says: "is empty" },
  { template: undefined, changes: { project: ".GIT" }, says: '".git"' },
  { template: undefined, changes: { project: "a/b" }, says: "holds a slash" },
  { template: undefined, changes: { environment: "a/b" }, says: "holds a slash" },
  { template: undefined, changes: { project: "a\nb" }, says: "control character" },
  { template: undefined, changes: { project: "{repository}" }, says: "holds a brace" },
])("$template with $changes is refused: $says", ({ template, changes, says }) => {
  const refused = { code: "PointerPathInvalid", message: expect.stringContaining(says) };
  expect(() => pointerFolder({ ...names, ...changes }, template)).toThrow(
    expect.objectContaining(refused),
  );
});
