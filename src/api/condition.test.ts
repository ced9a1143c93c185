import { describe, expect, test } from "vitest";
import { conditionSchema, conditionTypes } from "./condition.ts";
import { errorKinds } from "./errors.ts";

const takes = (field: "type" | "reason", value: string) =>
  conditionSchema.shape[field].safeParse(value).success;

describe("a condition, as metav1.Condition has it", () => {
  test.each([
    { field: "type", value: "Ready", valid: true, because: "it is a word" },
    { field: "type", value: "forge.dev/Ready", valid: true, because: "it may have a domain" },
    { field: "type", value: "Not Ready", valid: false, because: "it has a space" },
    { field: "type", value: "forge_dev/Ready", valid: false, because: "that is no domain" },
    { field: "type", value: "", valid: false, because: "it is empty" },
    { field: "reason", value: "GitAhead", valid: true, because: "it is a word" },
    { field: "reason", value: "Code:4,x_1", valid: true, because: "it may have these characters" },
    { field: "reason", value: "Git ahead", valid: false, because: "it has a space" },
    { field: "reason", value: "4xx", valid: false, because: "it begins with a digit" },
    { field: "reason", value: "Code:", valid: false, because: "it ends with a colon" },
    { field: "reason", value: "Git-Ahead", valid: false, because: "a hyphen is none of these" },
    { field: "reason", value: "", valid: false, because: "it is empty" },
  ] as const)("$field '$value' is valid: $valid, because $because", ({ field, value, valid }) => {
    expect(takes(field, value)).toBe(valid);
  });

  test.each(Object.keys(errorKinds))("the error %s can be a reason", (code) => {
    expect(takes("reason", code)).toBe(true);
  });

  test.each(Object.entries(conditionTypes))("the types of %s are types", (_, types) => {
    expect(types.filter((type) => !takes("type", type))).toEqual([]);
  });
});
