import { describe, expect, test } from "vitest";
import type { Schema } from "../previous-version/schema-fields.ts";
import { breakingChanges, violations } from "./crd-rules.ts";

const object = (properties: Record<string, Schema>, more: object = {}): Schema => ({
  ...{ type: "object", properties },
  ...more,
});
const list = (items: Schema, more: object = {}): Schema => ({ type: "array", items, ...more });
const text = (more: object = {}): Schema => ({ type: "string", ...more });
const map = { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] };

describe("the rules of a definition", () => {
  test.each<{ because: string; field: Schema; name?: string; breaks: readonly string[] }>([
    { because: "a text is what it should be", field: text(), breaks: [] },
    { because: "a flag has no third value", field: { type: "boolean" }, breaks: ["NoBools a"] },
    { because: "floats differ by machine", field: { type: "number" }, breaks: ["NoFloats a"] },
    {
      because: "unsigned numbers are none of Kubernetes",
      field: { type: "integer", format: "uint32" },
      breaks: ["NoUints a"],
    },
    {
      because: "a map has no keys that server-side apply knows",
      field: { type: "object", additionalProperties: text() },
      breaks: ["NoMaps a"],
    },
    {
      because: "a list that is not said to be one of a kind is replaced whole",
      field: list(text()),
      breaks: ["ListsMustHaveSSATags a"],
    },
    {
      because: "a list in a list is one too",
      field: list(object({ b: list(text()) }), { "x-kubernetes-list-type": "atomic" }),
      breaks: ["ListsMustHaveSSATags a[].b"],
    },
    {
      because: "conditions are found by their type",
      name: "conditions",
      field: list(object({ type: text() }), { "x-kubernetes-list-type": "atomic" }),
      breaks: ["ConditionsMustHaveProperSSATags conditions"],
    },
    {
      because: "these are",
      name: "conditions",
      field: list(object({ type: text() }), map),
      breaks: [],
    },
  ])("$breaks, because $because", ({ field, name = "a", breaks }) => {
    const definition = { kind: "Project", schema: object({ [name]: field }), hasStatus: true };
    expect(violations(definition).map(({ rule, field: path }) => `${rule} ${path}`)).toEqual(
      breaks,
    );
  });

  test("MustHaveStatus, because a writer of status must not be one of spec", () => {
    const definition = { kind: "Project", schema: object({}), hasStatus: false };
    expect(violations(definition)).toEqual([
      { rule: "MustHaveStatus", kind: "Project", field: "" },
    ]);
  });
});

describe("what a newer definition must not do", () => {
  test.each<{ because: string; before: Schema; now: Schema; breaks: readonly string[] }>([
    { because: "nothing changed", before: text(), now: text(), breaks: [] },
    {
      because: "a field may be added",
      before: object({}),
      now: object({ b: text() }),
      breaks: [],
    },
    {
      because: "a value may be added",
      before: text({ enum: ["A"] }),
      now: text({ enum: ["A", "B"] }),
      breaks: [],
    },
    {
      because: "clients read the field",
      before: object({ b: text() }),
      now: object({}),
      breaks: ["NoFieldRemoval a.b"],
    },
    {
      because: "stored objects have the other type",
      before: text(),
      now: { type: "integer" },
      breaks: ["NoDataTypeChange a"],
    },
    {
      because: "stored objects have the value",
      before: text({ enum: ["A", "B"] }),
      now: text({ enum: ["A"] }),
      breaks: ["NoEnumRemoval a"],
    },
    {
      because: "stored objects have any value",
      before: text(),
      now: text({ enum: ["A"] }),
      breaks: ["NoEnumRemoval a"],
    },
    {
      because: "stored objects lack it",
      before: object({ b: text() }),
      now: object({ b: text() }, { required: ["b"] }),
      breaks: ["NoNewRequiredFields a"],
    },
    {
      because: "what is new as a whole may require what it likes",
      before: object({}),
      now: object({ b: object({ c: text() }, { required: ["c"] }) }),
      breaks: [],
    },
  ])("$breaks, because $because", ({ before, now, breaks }) => {
    const found = breakingChanges(
      { kind: "Project", schema: object({ a: now }) },
      object({ a: before }),
    );
    expect(found.map(({ rule, field }) => `${rule} ${field}`)).toEqual(breaks);
  });
});
