import { describe, expect, test } from "vitest";
import { selectTests } from "./select-tests.ts";

const tests = [
  "src/policy/glob.test.ts",
  "src/policy/rules/approvals.test.ts",
  "test/system/pointers/rollback.test.ts",
  "test/system/guides/rollback-guide.test.ts",
];
const files = new Set([...tests, "src/policy/glob.ts", "src/policy/wording.ts"]);

describe("selectTests", () => {
  test.each([
    {
      because: "a test file is its own selection",
      wanted: "test/system/pointers/rollback.test.ts",
      selected: { tests: ["test/system/pointers/rollback.test.ts"] },
    },
    {
      because: "a source file has the test beside it",
      wanted: "./src/policy/glob.ts",
      selected: { tests: ["src/policy/glob.test.ts"] },
    },
    {
      because: "without a test beside it, the tests that import it are found by vitest",
      wanted: "src/policy/wording.ts",
      selected: { tests: [], importersOf: "src/policy/wording.ts" },
    },
    {
      because: "a folder selects all tests under it",
      wanted: "src/policy/",
      selected: { tests: ["src/policy/glob.test.ts", "src/policy/rules/approvals.test.ts"] },
    },
    {
      because: "a name selects all tests that have it in their path",
      wanted: "Rollback",
      selected: {
        tests: [
          "test/system/pointers/rollback.test.ts",
          "test/system/guides/rollback-guide.test.ts",
        ],
      },
    },
    { because: "an unknown name selects nothing", wanted: "nothing", selected: { tests: [] } },
  ])("$because", ({ wanted, selected }) => {
    expect(selectTests(wanted, tests, (path) => files.has(path))).toEqual(selected);
  });
});
