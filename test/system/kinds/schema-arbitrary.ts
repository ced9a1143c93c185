import fc from "fast-check";

/** The part of a structural schema that values are made from. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
}

/** Longer texts are left out: they would be most of a run. */
const longest = 2_048;

/**
 * Values of a schema, most of them right, some just beside it: too long, out of bounds, not
 * listed, of another type, twice in a list, or with a field too few or too many.
 */
export function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case "object":
      return schema.additionalProperties === undefined
        ? objects(schema)
        : mappings(schema.additionalProperties, schema.maxProperties ?? 0);
    case "array":
      return arrays(schema);
    case "integer":
      return mostly(
        fc.integer({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000 }),
        fc.constantFrom<unknown>((schema.minimum ?? 0) - 1, (schema.maximum ?? 0) + 1, "1", 1.5),
      );
    case "boolean":
      return mostly(fc.boolean(), fc.constant("true"));
    default:
      return strings(schema);
  }
}

function mostly(right: fc.Arbitrary<unknown>, wrong: fc.Arbitrary<unknown>) {
  return fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: wrong });
}

function objects({
  properties = {},
  required = [],
  additionalProperties,
}: Schema): fc.Arbitrary<unknown> {
  if (additionalProperties !== undefined) {
    const names = fc.constantFrom("a", "b", "c");
    return fc.dictionary(names, arbitraryOf(additionalProperties), { maxKeys: 3 });
  }
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, arbitraryOf(schema)]),
  );
  const right = fc.record(fields, { requiredKeys: [...required] });
  const optional = fc.record(fields, { requiredKeys: [] });
  // Fields that are all optional may well exclude one another.
  const single = fc.oneof(
    ...Object.entries(fields).map(([name, field]) => fc.record({ [name]: field })),
  );
  const alone = required.length === 0 && Object.keys(fields).length > 1 ? 120 : 0;
  const unknown = right.map((value) => ({ ...value, notOfThisKind: { a: [1] } }));
  return fc.oneof(
    { weight: 60, arbitrary: right },
    { weight: alone, arbitrary: single },
    { weight: 6, arbitrary: unknown },
    { weight: 1, arbitrary: optional },
    { weight: 1, arbitrary: fc.constant("text") },
  );
}

function mappings(value: Schema, maxKeys: number): fc.Arbitrary<unknown> {
  const right = fc.dictionary(fc.stringMatching(/^[a-z./-]{1,9}$/), arbitraryOf(value), {
    maxKeys,
  });
  const keys = Array.from({ length: maxKeys + 1 }, (_, index) => `key-${index}`);
  const many = arbitraryOf(value).map((same) => Object.fromEntries(keys.map((k) => [k, same])));
  return mostly(right, fc.oneof(many, fc.constant("text")));
}

function arrays({ items = {}, maxItems = 0 }: Schema): fc.Arbitrary<unknown> {
  const item = arbitraryOf(items);
  const right = fc.uniqueArray(item, {
    maxLength: Math.min(3, maxItems),
    selector: JSON.stringify,
  });
  const twice = item.map((value) => [value, value]);
  return mostly(right, fc.oneof(twice, fc.constant({})));
}

function strings(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return mostly(fc.constantFrom(...schema.enum), fc.constant("no"));
  const { minLength = 0, maxLength = longest, pattern } = schema;
  if (pattern !== undefined) {
    const matching = fc.stringMatching(new RegExp(pattern));
    const wrong = fc.oneof(matching, fc.constantFrom("", "!", "a b", "\n"));
    if (schema.format === "date-time") {
      // Most days that only look like one do not exist.
      const day = fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true });
      return mostly(
        day.map((date) => date.toISOString()),
        wrong,
      );
    }
    const fits = ({ length }: string) => length >= minLength && length <= maxLength;
    return mostly(matching.filter(fits), wrong);
  }
  const most = Math.min(maxLength, minLength + 20);
  const right = fc.string({ unit: "binary", minLength, maxLength: most });
  // By code point: half as many of them fill the same space in UTF-16.
  const full = fc.constantFrom("a", "ä", "🚀").map((letter) => letter.repeat(maxLength));
  const over = fc.constantFrom("a", "ä", "🚀").map((letter) => letter.repeat(maxLength + 1));
  const under = fc.constant("a".repeat(Math.max(0, minLength - 1)));
  const edges = maxLength < longest ? [over, under] : [under];
  const inside = maxLength < longest ? fc.oneof({ weight: 9, arbitrary: right }, full) : right;
  return mostly(inside, fc.oneof(...edges, fc.constant(7)));
}
