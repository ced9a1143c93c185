import { describe, expect, test } from "vitest";
import { unreadableRule } from "./unreadable-rule.ts";

const readable = { cron: "0 18 * * 5", duration: "62h", timeZone: "UTC" };

describe("what no rule can read is told of the Environment", () => {
  test.each([
    {
      because: "a field of the cron that is too large",
      freezes: [readable, { ...readable, cron: "0 25 * * *" }],
      allowedTags: [],
      reason: "FreezeInvalid",
      field: "freezes[1].cron",
    },
    {
      because: "a time zone that does not exist",
      freezes: [{ ...readable, timeZone: "Europe/Atlantis" }],
      allowedTags: [],
      reason: "FreezeInvalid",
      field: "freezes[0].timeZone",
    },
    {
      because: "a range that is none",
      freezes: [readable],
      allowedTags: ["v*", ">=x.y <"],
      reason: "TagPatternInvalid",
      field: "allowedTags[1]",
    },
  ])("$because", ({ freezes, allowedTags, reason, field }) => {
    const found = unreadableRule({ freezes, allowedTags });
    expect(found?.reason).toBe(reason);
    expect(found?.message).toContain(`promotionPolicy.${field} `);
  });

  test("and nothing where all can be read", () => {
    const policy = { freezes: [readable], allowedTags: ["v*", ">=1.2.0 <2"] };
    expect(unreadableRule(policy)).toBeUndefined();
  });
});
