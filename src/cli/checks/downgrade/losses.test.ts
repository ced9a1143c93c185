import { describe, expect, test } from "vitest";
import { kinds } from "../../../api/index.ts";
import { type Schema, schemasOf } from "./kind-schemas.ts";
import { type Loss, lossFinder } from "./losses.ts";

const text = { type: "string" };
const object = (properties: Record<string, Schema>, more: object = {}): Schema => ({
  type: "object",
  properties,
  ...more,
});
const kind = (spec: Schema): Schema =>
  object(
    { apiVersion: text, kind: text, metadata: { type: "object" }, spec },
    { required: ["spec"] },
  );

const before = kind(
  object(
    {
      tier: { type: "string", enum: ["Gold", "Silver"] },
      level: { type: "string", enum: ["Only"] },
      count: { type: "integer", minimum: 1, maximum: 5 },
      name: { type: "string", minLength: 2, maxLength: 4, pattern: "^[a-z]+$" },
      list: { type: "array", maxItems: 2, items: object({ known: text }) },
      labels: { type: "object", additionalProperties: { ...text, maxLength: 3 } },
      anything: { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: {} },
      inner: object({ known: text }),
    },
    { required: ["tier"] },
  ),
);
const now = kind(
  object({
    suspended: { type: "boolean", default: false },
    retention: object({ days: { type: "integer", default: 30 }, keep: text }, { default: {} }),
    inner: object({ fresh: { type: "string", default: "yes" } }),
  }),
);

const found = (spec: object, previous: Schema | undefined = before): Loss[] =>
  lossFinder({ previous, current: now })({
    apiVersion: "forge.dev/v1alpha1",
    kind: "Project",
    metadata: { name: "a", annotations: { any: "thing" } },
    spec: { tier: "Gold", ...spec },
  });

describe("what an object would lose", () => {
  test.each<{ because: string; spec: object }>([
    { because: "it has no field but those that were known", spec: { count: 5, name: "ab" } },
    { because: "a map of any keys has the value that it had", spec: { labels: { any: "abc" } } },
    { because: "unknown fields are kept where the schema says so", spec: { anything: { new: 1 } } },
    { because: "a new field with its default gets it again", spec: { suspended: false } },
    {
      because: "so does one whose default has defaults within",
      spec: { retention: { days: 30 } },
    },
    { because: "so does one in a field that was known", spec: { inner: { fresh: "yes" } } },
  ])("nothing, because $because", ({ spec }) => {
    expect(found(spec)).toEqual([]);
  });

  test.each<{ because: string; spec: object; losses: readonly Partial<Loss>[] }>([
    {
      because: "it has a new field",
      spec: { suspended: true },
      losses: [{ field: "spec.suspended", effect: "dropped" }],
    },
    {
      because: "it has a new field whose default is another value",
      spec: { retention: { days: 30, keep: "all" } },
      losses: [{ field: "spec.retention", effect: "dropped" }],
    },
    {
      because: "an item of a list has a new field",
      spec: { list: [{ known: "a" }, { known: "b", fresh: 1 }] },
      losses: [{ field: "spec.list[1].fresh", effect: "dropped" }],
    },
    {
      because: "it has several new fields, deep and shallow",
      spec: { a: 1, b: 2, inner: { c: 3 } },
      losses: [
        { field: "spec.inner.c", effect: "dropped" },
        { field: "spec.a", effect: "dropped" },
        { field: "spec.b", effect: "dropped" },
      ],
    },
    {
      because: "a value of a list of values is new",
      spec: { tier: "Bronze" },
      losses: [
        {
          field: "spec.tier",
          effect: "refused",
          message: expect.stringContaining('"Gold"|"Silver"'),
        },
      ],
    },
    {
      because: "the only value that was allowed is another one",
      spec: { level: "Other" },
      losses: [{ field: "spec.level", effect: "refused" }],
    },
    {
      because: "a number is above its old bound",
      spec: { count: 6 },
      losses: [{ field: "spec.count", effect: "refused" }],
    },
    {
      because: "a number is below its old bound",
      spec: { count: 0 },
      losses: [{ field: "spec.count", effect: "refused" }],
    },
    {
      because: "a text is too long, and of other characters",
      spec: { name: "ABCDE" },
      losses: [
        { field: "spec.name", effect: "refused" },
        { field: "spec.name", effect: "refused" },
      ],
    },
    {
      because: "a list is too long",
      spec: { list: [{}, {}, {}] },
      losses: [{ field: "spec.list", effect: "refused" }],
    },
    {
      because: "a value in a map is too long",
      spec: { labels: { any: "abcd" } },
      losses: [{ field: "spec.labels.any", effect: "refused" }],
    },
    {
      because: "it lacks a field that was required",
      spec: { tier: undefined },
      losses: [{ field: "spec.tier", effect: "refused" }],
    },
  ])("$losses.0.field, because $because", ({ spec, losses }) => {
    expect(found(spec)).toMatchObject(losses);
  });

  test("all of it, when there was no such kind", () => {
    const find = lossFinder({ previous: undefined, current: now });
    expect(find({ kind: "Project", spec: {} })).toEqual([{ field: "", effect: "unserved" }]);
  });

  test.each(kinds)("the recorded schema of $kind is one that can be checked by", (each) => {
    const find = lossFinder(schemasOf(each));
    const unknown = { spec: { madeUp: 1 }, status: { madeUp: 1 }, metadata: { madeUp: 1 } };
    const fields = find(unknown).map(({ field }) => field);
    expect(fields).toContain("spec.madeUp");
    expect(fields).toContain("status.madeUp");
    expect(fields).not.toContain("metadata.madeUp");
  });
});
