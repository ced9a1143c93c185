/**
 * The rules of OpenShift's crd-schema-checker, which is not published as a Go module: what reviewers
 * of Kubernetes APIs ask of a kind, and what a newer version of a kind must not do to an older one.
 * Its rule about the cost of CEL is left to the API server, which refuses what is too costly.
 */
import { type Definition, fieldsOfSchema, type Schema } from "../previous-version/schema-fields.ts";

export interface Violation {
  readonly rule: string;
  readonly kind: string;
  /** Such as spec.list[].name; empty for the kind itself. */
  readonly field: string;
}

type FieldRule = (field: Schema, path: string) => boolean;

/** Each says whether a field breaks it. */
const fieldRules: Readonly<Record<string, FieldRule>> = {
  NoBools: ({ type }) => type === "boolean",
  NoFloats: ({ type }) => type === "number",
  NoUints: ({ format }) => typeof format === "string" && format.startsWith("uint"),
  NoMaps: ({ type, additionalProperties }) => type === "object" && !!additionalProperties,
  ListsMustHaveSSATags: (field) => field.items !== undefined && field[listType] === undefined,
  ConditionsMustHaveProperSSATags: (field, path) =>
    isConditions(field, path) &&
    (field[listType] !== "map" || String(field["x-kubernetes-list-map-keys"]) !== "type"),
};

const listType = "x-kubernetes-list-type";

function isConditions({ items }: Schema, path: string): boolean {
  return items !== undefined && path.endsWith("conditions");
}

/** Rules that a definition breaks by itself. */
export function violations({ kind, schema, hasStatus }: Definition): readonly Violation[] {
  const own = hasStatus ? [] : [{ rule: "MustHaveStatus", kind, field: "" }];
  const found = [...fieldsOfSchema(schema)].flatMap(([field, inner]) =>
    Object.entries(fieldRules)
      .filter(([, breaks]) => breaks(inner, field))
      .map(([rule]) => ({ rule, kind, field })),
  );
  return [...own, ...found];
}

/** Rules that a definition breaks beside the version before: its objects and clients. */
export function breakingChanges(
  { kind, schema }: Pick<Definition, "kind" | "schema">,
  before: Schema,
): readonly Violation[] {
  const now = fieldsOfSchema(schema);
  const found: Violation[] = [];
  for (const [field, old] of fieldsOfSchema(before)) {
    const current = now.get(field);
    const report = (rule: string) => found.push({ rule, kind, field });
    if (current === undefined) {
      report("NoFieldRemoval");
      continue;
    }
    if (current["type"] !== old["type"]) report("NoDataTypeChange");
    if (losesValues(old["enum"], current["enum"])) report("NoEnumRemoval");
    const added = listOf(current, "required").filter(
      (name) => !listOf(old, "required").includes(name),
    );
    // Objects of before that have the field at all lack what is new in it.
    if (added.length > 0) report("NoNewRequiredFields");
  }
  return found;
}

/** Without a list, every value was allowed. */
function losesValues(before: unknown, now: unknown): boolean {
  if (!Array.isArray(now)) return false;
  return !Array.isArray(before) || before.some((value) => !now.includes(value));
}

function listOf(schema: Schema, keyword: string): readonly unknown[] {
  return (schema[keyword] as readonly unknown[] | undefined) ?? [];
}
