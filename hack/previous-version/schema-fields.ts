import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";

/** The used part of a structural schema. */
export interface Schema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
}

interface CustomResourceDefinition {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly schema: { readonly openAPIV3Schema: Schema };
      readonly subresources?: { readonly status?: object };
    }[];
  };
}

/** The used part of a CustomResourceDefinition. */
export interface Definition {
  readonly kind: string;
  readonly schema: Schema;
  /** Whether status is written by a request of its own. */
  readonly hasStatus: boolean;
}

/** The CustomResourceDefinitions in a folder. */
export function readDefinitions(folder: string): readonly Definition[] {
  return readdirSync(folder)
    .filter((name) => /^forge\.dev_.*\.yaml$/.test(name))
    .flatMap((name) => {
      const { spec } = load(readFileSync(join(folder, name), "utf8")) as CustomResourceDefinition;
      return spec.versions.map(({ schema: { openAPIV3Schema: schema }, subresources }) => ({
        ...{ kind: spec.names.kind, schema },
        hasStatus: subresources?.status !== undefined,
      }));
    });
}

/** Their schemas by kind. */
export function readSchemas(folder: string): ReadonlyMap<string, Schema> {
  return new Map(readDefinitions(folder).map(({ kind, schema }) => [kind, schema]));
}

/** Every field of a schema with its own schema, as `spec.rules[].name` and `spec.labels.*`. */
export function fieldsOfSchema(schema: Schema, path = ""): ReadonlyMap<string, Schema> {
  const inner: [string, Schema][] = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    path === "" ? name : `${path}.${name}`,
    field,
  ]);
  if (schema.items !== undefined) inner.push([`${path}[]`, schema.items]);
  if (schema.additionalProperties !== undefined)
    inner.push([`${path}.*`, schema.additionalProperties]);
  return new Map(inner.flatMap(([name, field]) => [[name, field], ...fieldsOfSchema(field, name)]));
}

/** The fields of {@link fieldsOfSchema} that an object has. */
export function fieldsOfObject(value: unknown, schema: Schema, path = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => fieldsOfObject(item, schema.items ?? {}, `${path}[]`));
    return value.length === 0 ? [] : [`${path}[]`, ...items];
  }
  return Object.entries(value).flatMap(([name, field]) => {
    const known = schema.properties?.[name];
    const key = known === undefined ? "*" : name;
    const inner = path === "" ? key : `${path}.${key}`;
    return [inner, ...fieldsOfObject(field, known ?? schema.additionalProperties ?? {}, inner)];
  });
}
