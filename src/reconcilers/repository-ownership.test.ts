import { expect, test } from "vitest";
import { concernsIn } from "./concerns.ts";
import { ownershipDeps, projectOfTest } from "./testing/ownership-world.ts";

test.each([
  { path: "company/x/web", is: true, because: "it has the same repository" },
  { path: "company/web", is: true, because: "its repository is above" },
  { path: "company/x/sub/web", is: true, because: "its repository is below" },
  { path: "company/y/web", is: false, because: "its repository is beside" },
  { path: "company/xy/web", is: false, because: "its repository only begins alike" },
])("a Project that goes concerns $path of another namespace: $is, because $because", (row) => {
  const gone = projectOfTest("a", "company/x/api", 2);
  const { caches } = ownershipDeps([projectOfTest("b", row.path, 1)]);
  const keys = concernsIn({ caches }).projectsOfProject(gone);
  expect(keys.some(({ namespace }) => namespace === "b")).toBe(row.is);
});
