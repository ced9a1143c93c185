import { expect, test } from "vitest";
import { propertyTests } from "./property-tests.ts";

test.each([
  { because: "git's parsers have a corpus", file: "src/git/fuzz.test.ts", found: true },
  { because: "so have the registry's", file: "src/oci/fuzz.test.ts", found: true },
  {
    because: "the policy's properties are drawn at random",
    file: "src/policy/evaluate-properties.test.ts",
    found: true,
  },
  {
    because: "tables draw nothing, so a seed changes nothing",
    file: "src/policy/evaluate.test.ts",
    found: false,
  },
])("$file: $found, because $because", ({ file, found }) => {
  expect(propertyTests().includes(file)).toBe(found);
});
