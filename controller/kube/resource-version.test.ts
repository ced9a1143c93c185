import { expect, test } from "vitest";
import { isNotNewer } from "./resource-version.ts";

test.each([
  { because: "a lesser number is older", version: "9", other: "10", expected: true },
  { because: "a greater number is newer", version: "10", other: "9", expected: false },
  { because: "the same is not newer", version: "10", other: "10", expected: true },
  {
    because: "numbers beyond a double are told apart",
    version: "9007199254740993",
    other: "9007199254740992",
    expected: false,
  },
  { because: "what is no number is not compared", version: "a1", other: "b2", expected: false },
  { because: "a leading zero is no number", version: "007", other: "8", expected: false },
  { because: "a missing version is not compared", version: undefined, other: "1", expected: false },
])("$because", ({ version, other, expected }) => {
  expect(isNotNewer(version, other)).toBe(expected);
});
