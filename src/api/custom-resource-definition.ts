import { z } from "zod";
import type { Kind } from "./kind.ts";

type Schema = Record<string, unknown>;

/** The CustomResourceDefinition (apiextensions.k8s.io/v1) of a kind, as plain data. */
export function customResourceDefinition(kind: Kind): object {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind.plural}.${kind.group}` },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: kind.shortNames,
        categories: ["forge"],
      },
      scope: "Namespaced",
      versions: [
        {
          name: kind.version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: kind.columns,
          ...(kind.selectableFields.length > 0 && {
            selectableFields: kind.selectableFields.map((jsonPath) => ({ jsonPath })),
          }),
          schema: { openAPIV3Schema: openApiSchema(kind) },
        },
      ],
    },
  };
}

/** A kind's structural schema: what the API server checks, prunes and defaults by. */
export function openApiSchema(kind: Kind): Schema {
  return {
    type: "object",
    description: kind.description,
    required: ["spec"],
    properties: {
      apiVersion: { type: "string", description: "forge.dev/v1alpha1." },
      kind: { type: "string", description: `${kind.kind}.` },
      metadata: { type: "object" },
      spec: structural(kind.spec),
      status: structural(kind.status),
    },
  };
}

function structural(schema: z.ZodType): Schema {
  const json = z.toJSONSchema(schema, {
    // As a user writes it: a field with a default may be left out.
    io: "input",
    reused: "inline",
    override: ({ jsonSchema }) => {
      const node = jsonSchema as Schema;
      // Structural schemas know neither of these (apiextensions.k8s.io/v1 JSONSchemaProps).
      delete node["propertyNames"];
      if (node["additionalProperties"] === false) delete node["additionalProperties"];
      if (node["type"] === "integer") {
        node["format"] = "int64";
        if (node["maximum"] === Number.MAX_SAFE_INTEGER) delete node["maximum"];
        if (node["minimum"] === Number.MIN_SAFE_INTEGER) delete node["minimum"];
      }
    },
  });
  const { $schema: _, ...rest } = json;
  return rest;
}
