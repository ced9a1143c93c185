/** Structural schemas of the kinds: those of the version before, and today's. */
import { z } from "zod";
import { type kinds, openApiSchema } from "../../../api/index.ts";
import previous from "./previous-kinds.json" with { type: "json" };

/** A structural schema, as far as it is read here. */
export interface Schema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
}

export interface KindSchemas {
  /** Undefined: the version before has no such kind. */
  readonly previous: Schema | undefined;
  readonly current: Schema;
}

/** The name of the version before, such as v0.2.0. */
export const previousVersion: string = previous.version;

export function schemasOf(kind: (typeof kinds)[number]): KindSchemas {
  const known: Readonly<Record<string, Schema>> = previous.kinds;
  return { previous: known[kind.kind], current: openApiSchema(kind) };
}

/** A check that also reports fields that the schema does not have: those that would be pruned. */
export function strictCheck(schema: Schema): z.ZodType {
  return z.fromJSONSchema(closed(schema) as Parameters<typeof z.fromJSONSchema>[0]);
}

/** The value that the API server gives a field that is left out; undefined: none. */
export function defaultOf(schema: Schema, path: readonly PropertyKey[]): unknown {
  const field = path.reduce<Schema | undefined>(
    (inner, key) => (typeof key === "number" ? inner?.items : inner?.properties?.[String(key)]),
    schema,
  );
  if (field?.["default"] === undefined) return undefined;
  // Fields within the default have defaults too.
  return strictCheck(field).safeParse(field["default"]).data;
}

function closed(schema: Schema): Schema {
  const { properties, items, additionalProperties, ...rest } = schema;
  const isOpen = rest["x-kubernetes-preserve-unknown-fields"] === true;
  return {
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, field]) => [name, closed(field)]),
      ),
      ...(!isOpen && { additionalProperties: false }),
    }),
    ...(typeof additionalProperties === "object" && {
      additionalProperties: closed(additionalProperties),
    }),
    ...(items && { items: closed(items) }),
  };
}
