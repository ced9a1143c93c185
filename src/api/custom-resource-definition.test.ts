import { describe, expect, test } from "vitest";
import { openApiSchema } from "./custom-resource-definition.ts";
import { kinds } from "./kinds.ts";

interface Node {
  readonly path: string;
  readonly schema: Record<string, unknown>;
}

function* nodesOf(path: string, schema: Record<string, unknown>): Generator<Node> {
  yield { path, schema };
  const properties = (schema["properties"] ?? {}) as Record<string, Record<string, unknown>>;
  for (const [name, child] of Object.entries(properties)) yield* nodesOf(`${path}.${name}`, child);
  for (const inner of ["items", "additionalProperties"]) {
    const child = schema[inner];
    if (typeof child === "object") yield* nodesOf(`${path}[]`, child as Record<string, unknown>);
  }
}

const fields = kinds.flatMap((kind) =>
  [...nodesOf(kind.kind, openApiSchema(kind))].filter(({ path }) => !path.endsWith(".metadata")),
);

describe("every kind's schema", () => {
  test("has fields to look at", () => {
    expect(fields.length).toBeGreaterThan(100);
  });

  test("explains each field, so that kubectl explain says something", () => {
    const silent = fields.filter(
      ({ path, schema }) => !schema["description"] && !path.endsWith("[]"),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test("bounds each string, list and map", () => {
    const open = fields.filter(({ path, schema }) => {
      if (/^\w+\.(apiVersion|kind)$/.test(path)) return false;
      if (schema["type"] === "string") return !schema["maxLength"] && !schema["enum"];
      if (schema["type"] === "array") return !schema["maxItems"];
      return Boolean(schema["additionalProperties"]) && !schema["maxProperties"];
    });
    expect(open.map(({ path }) => path)).toEqual([]);
  });

  test("says of each list how server-side apply merges it", () => {
    const unsaid = fields.filter(
      ({ schema }) => schema["type"] === "array" && !schema["x-kubernetes-list-type"],
    );
    expect(unsaid.map(({ path }) => path)).toEqual([]);
  });

  test("uses nothing that a structural schema may not hold", () => {
    const forbidden = ["$ref", "$defs", "propertyNames", "anyOf", "allOf", "const", "not"];
    const wrong = fields.filter(({ schema }) => forbidden.some((key) => key in schema));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});
