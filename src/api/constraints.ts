/**
 * Constraints that a CustomResourceDefinition and {@link parseSpec} check alike: each stands in
 * the generated schema for the API server, and is checked by zod in the same words.
 */
import { z } from "zod";

/** Text of so many characters, counted by code point as the API server counts them. */
export function text(minimum: number, maximum: number) {
  return z
    .string()
    .refine(
      (value) => {
        // Code units are at most twice the code points: only what is in doubt is counted.
        const length = value.length <= maximum && minimum <= 1 ? value.length : [...value].length;
        return length >= minimum && length <= maximum;
      },
      { message: `must have ${minimum} to ${maximum} characters` },
    )
    .meta({ ...(minimum > 0 && { minLength: minimum }), maxLength: maximum });
}

/** A list that holds each value once. */
export function setOf<Item extends z.ZodType>(item: Item, maximum: number) {
  return z
    .array(item)
    .max(maximum)
    .refine((values) => new Set(values).size === values.length, { message: "holds a value twice" })
    .meta({ "x-kubernetes-list-type": "set" });
}

/** A list of objects, each found by the value of its key. */
export function mapOf<Item extends z.ZodObject>(
  item: Item,
  key: keyof z.output<Item> & string,
  maximum: number,
) {
  return z
    .array(item)
    .max(maximum)
    .refine((values) => new Set(values.map((value) => value[key])).size === values.length, {
      message: `holds a ${key} twice`,
    })
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key] });
}

/** A rule across fields: in CEL for the API server, and as a function for this code. */
export interface Rule<Value> {
  readonly rule: string;
  readonly holds: (value: Value) => boolean;
  readonly message: string;
  readonly fieldPath?: `.${string}`;
}

export function withRules<Schema extends z.ZodType>(
  schema: Schema,
  rules: readonly Rule<z.output<Schema>>[],
): Schema {
  const refined = rules.reduce(
    (inner, { holds, message, fieldPath }) =>
      inner.refine(holds, { message, path: fieldPath?.slice(1).split(".") ?? [] }),
    schema,
  );
  return refined.meta({
    "x-kubernetes-validations": rules.map(({ holds: _, ...cel }) => cel),
  });
}

/** Rules about what an update may change; they say nothing of an object by itself. */
export function transitions(...rules: readonly Omit<Rule<never>, "holds">[]) {
  return { "x-kubernetes-validations": rules };
}
