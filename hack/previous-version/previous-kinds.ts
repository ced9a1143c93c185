import type { Schema } from "./schema-fields.ts";

/** Keywords that decide what the API server keeps, and what it refuses. */
const kept = [
  ...["type", "required", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum"],
  ...["minItems", "maxItems", "minProperties", "maxProperties"],
  "x-kubernetes-preserve-unknown-fields",
];

/** The schema without what only people read, and without defaults and rules. */
export function compactSchema(schema: Schema): Schema {
  const { properties, items, additionalProperties } = schema;
  const keywords = Object.entries(schema).filter(([keyword]) => kept.includes(keyword));
  return {
    ...Object.fromEntries(keywords),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, field]) => [name, compactSchema(field)]),
      ),
    }),
    ...(items && { items: compactSchema(items) }),
    ...(additionalProperties && { additionalProperties: compactSchema(additionalProperties) }),
  };
}
