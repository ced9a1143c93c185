import { describe, expect, test } from "vitest";
import { differences, tableOf, type Vocabulary } from "./differences.ts";
import type { Schema } from "./schema-fields.ts";

const version = (spec: Schema, more: Partial<Vocabulary> = {}): Vocabulary => ({
  schemas: new Map([["Project", { type: "object", properties: { spec } }]]),
  conditions: { Project: ["Ready"] },
  annotations: ["forge.dev/retry"],
  ...more,
});
const object = (properties: Record<string, Schema>): Schema => ({ type: "object", properties });
const text = (keywords: object = {}): Schema => ({ type: "string", ...keywords });
const fields = (before: Schema, now: Schema) =>
  differences(version(object({ a: before })), version(object({ a: now }))).map(
    ({ what, becomes }) => `${what} ${becomes}`,
  );

describe("what going back loses", () => {
  test.each<{ because: string; before: Schema; now: Schema; lost: readonly string[] }>([
    { because: "nothing changed", before: text(), now: text(), lost: [] },
    {
      because: "a description is no bound",
      before: text(),
      now: text({ description: "New." }),
      lost: [],
    },
    {
      because: "a field is new, and so is what is in it",
      before: object({}),
      now: object({ b: object({ c: text() }) }),
      lost: ["`spec.a.b` of Project dropped"],
    },
    {
      because: "a field of an item is new",
      before: { type: "array", items: object({}) },
      now: { type: "array", items: object({ b: text() }) },
      lost: ["`spec.a[].b` of Project dropped"],
    },
    {
      because: "a value is new",
      before: text({ enum: ["A"] }),
      now: text({ enum: ["A", "B", "C"] }),
      lost: ["`spec.a` of Project refused: `B`, `C`"],
    },
    {
      because: "the values are no longer listed",
      before: text({ enum: ["A"] }),
      now: text(),
      lost: ["`spec.a` of Project refused: `any other value`"],
    },
    {
      because: "bounds are wider on both sides",
      before: { type: "integer", minimum: 2, maximum: 5 },
      now: { type: "integer", minimum: 1 },
      lost: ["`spec.a` of Project refused beyond maximum 5; refused beyond minimum 2"],
    },
    {
      because: "bounds are narrower",
      before: { type: "integer", minimum: 1 },
      now: { type: "integer", minimum: 2, maximum: 5 },
      lost: [],
    },
    {
      because: "a pattern is another one",
      before: text({ pattern: "^a|b$" }),
      now: text(),
      lost: ["`spec.a` of Project refused unless it matches `^a|b$`"],
    },
    {
      because: "a rule is gone",
      before: text({ "x-kubernetes-validations": [{ rule: "self != ''", message: "not empty" }] }),
      now: text(),
      lost: ["`spec.a` of Project refused: not empty"],
    },
    {
      because: "the type is another one",
      before: text(),
      now: { type: "integer" },
      lost: ["`spec.a` of Project refused unless it is of type string"],
    },
  ])("$lost, because $because", ({ before, now, lost }) => {
    expect(fields(before, now)).toEqual(lost);
  });

  test("conditions, annotations and whole kinds", () => {
    const before = version(object({}));
    const now = version(object({}), {
      schemas: new Map([...before.schemas, ["Plan", object({})]]),
      conditions: { Project: ["Ready", "Retired"], Plan: ["Ready"] },
      annotations: ["forge.dev/retry", "forge.dev/source"],
    });
    expect(differences(before, now).map(({ what }) => what)).toEqual([
      "condition `Retired` of Project",
      "kind `Plan`",
      "`forge.dev/source`",
    ]);
  });

  test("the table keeps a | in its cell", () => {
    const table = tableOf("v1", [{ what: "`a`", becomes: "matches `^a|b$`" }]);
    expect(table).toContain("| `a`  | matches `^a\\|b$` |");
    expect(table).toContain("| ---- | ---------------- |");
    expect(tableOf("v1", [])).toContain("nothing is lost");
  });
});
