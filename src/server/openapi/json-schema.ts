import { z } from "zod";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Named schemas of the document, filled as they are met. */
export type Components = Record<string, JsonSchema>;

/** Of CustomResourceDefinitions alone. */
const kubernetes = /^x-kubernetes-/;

/**
 * A zod schema as JSON Schema 2020-12, which OpenAPI 3.1 takes as it is. What has an id goes to the
 * components. Answers may gain fields: none are ruled out.
 */
export function jsonSchemaOf(
  schema: z.ZodType,
  io: "input" | "output",
  components: Components,
): JsonSchema {
  const made = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      // CustomResourceDefinitions say it by a word of their own.
      if (jsonSchema["x-kubernetes-list-type"] === "set") jsonSchema.uniqueItems = true;
      for (const key of Object.keys(jsonSchema)) {
        if (kubernetes.test(key) || key === "id")
          delete (jsonSchema as Record<string, unknown>)[key];
      }
      if (io === "output" && jsonSchema.additionalProperties === false) {
        delete jsonSchema.additionalProperties;
      }
    },
  });
  const { $schema: _, $defs = {}, ...own } = made;
  for (const [name, definition] of Object.entries($defs)) {
    components[name] ??= referring(definition) as JsonSchema;
  }
  const id = schema.meta()?.id;
  if (id === undefined || "$ref" in own) return referring(own) as JsonSchema;
  components[id] ??= referring(own) as JsonSchema;
  return { $ref: `#/components/schemas/${id}` };
}

function referring(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referring);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "id" || !("type" in value))
      .map(([key, inner]) => [
        key,
        key === "$ref" && typeof inner === "string"
          ? inner.replace("#/$defs/", "#/components/schemas/")
          : referring(inner),
      ]),
  );
}
