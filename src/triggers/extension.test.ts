import { describe, expect, test } from "vitest";
import { extension as buildNumber } from "../../examples/extensions/build-number.ts";
import { customAliases, customMetadata, type ReleaseExtension } from "./index.ts";

const facts = {
  repository: "company/monorepo",
  project: "auth",
  commit: "a".repeat(40),
  number: 42,
  trigger: { type: "Manual", time: "2026-11-21T10:00:00Z" },
} as const;

test("the example gives each release an alias and two fields", () => {
  expect(customAliases([buildNumber], facts)).toEqual([{ type: "Custom", value: "build-42" }]);
  expect(customMetadata([buildNumber], facts)).toEqual({
    "company.com/build": "build-42",
    "company.com/day": "2026-11-21",
  });
});

describe("an extension that is wrong is named", () => {
  test.each<[Partial<ReleaseExtension>, RegExp, string]>([
    [{ aliases: () => ["42"] }, /"42" can be no alias/, "it could be a number"],
    [{ aliases: () => ["deadbeef"] }, /"deadbeef"/, "it could be a commit"],
    [{ aliases: () => [""] }, /no alias/, "it is empty"],
    [{ aliases: () => ["x".repeat(257)] }, /no alias/, "it is too long"],
    [{ aliases: () => [{} as string] }, /no alias/, "it is no text"],
    [{ aliases: () => Array.from({ length: 17 }, (_, i) => `x-${i}`) }, /17 aliases/, "too many"],
    [{ metadata: () => ({ build: "1" }) }, /"build" is no key/, "the key has no domain"],
    [{ metadata: () => ({ "forge.dev/x": "1" }) }, /forge\.dev\/x/, "the key is forge's own"],
    [{ metadata: () => ({ "a.b/c": "x".repeat(5_000) }) }, /a\.b\/c is no text/, "too long"],
    [{ metadata: () => ({ "a.b/c": 1 as unknown as string }) }, /no text/, "it is a number"],
    [
      {
        aliases: () => {
          throw new Error("broken");
        },
      },
      /broken/,
      "it throws",
    ],
  ])("%j: %s", (wrong, message) => {
    const extension: ReleaseExtension = { name: "mine", ...wrong };
    const ask = () => [customAliases([extension], facts), customMetadata([extension], facts)];
    expect(ask).toThrow(message);
    expect(ask).toThrow(/extension mine/);
  });
});
