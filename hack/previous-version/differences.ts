import { fieldsOfSchema, type Schema } from "./schema-fields.ts";

/** Fields that a version's objects may have. */
export interface Vocabulary {
  readonly schemas: ReadonlyMap<string, Schema>;
  /** Condition types by kind. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
  /** Keys of annotations and labels. */
  readonly annotations: readonly string[];
}

/** Something that today's objects may have, and what becomes of it in the version before. */
export interface Difference {
  readonly what: string;
  readonly becomes: string;
}

const bounds: Readonly<Record<string, "upper" | "lower">> = {
  ...{ maxLength: "upper", maxItems: "upper", maxProperties: "upper", maximum: "upper" },
  ...{ minLength: "lower", minItems: "lower", minProperties: "lower", minimum: "lower" },
};

/** Fields and values that the version before does not know, or does not allow. */
export function differences(before: Vocabulary, now: Vocabulary): readonly Difference[] {
  const found: Difference[] = [];
  for (const [kind, schema] of now.schemas) {
    const known = before.schemas.get(kind);
    if (known === undefined) found.push({ what: `kind \`${kind}\``, becomes: notServed });
    else found.push(...schemaDifferences(kind, known, schema));
    for (const type of now.conditions[kind] ?? []) {
      if (known === undefined || before.conditions[kind]?.includes(type)) continue;
      found.push({ what: `condition \`${type}\` of ${kind}`, becomes: notUpdated });
    }
  }
  for (const key of now.annotations) {
    if (before.annotations.includes(key)) continue;
    found.push({ what: `\`${key}\``, becomes: "stays on the object, and nothing reads it" });
  }
  return found;
}

const notServed = "its objects stay while their definition is installed, and nothing acts on them";
const notUpdated = "stays as it was, or goes with the next status of its writer";

function schemaDifferences(kind: string, before: Schema, now: Schema): readonly Difference[] {
  const known = fieldsOfSchema(before);
  const added = [...fieldsOfSchema(now)].filter(([path]) => !known.has(path));
  const dropped = added
    // A field within one that is new goes with it.
    .filter(([path]) => !added.some(([outer]) => path !== outer && isWithin(path, outer)))
    .map(([path]) => ({ what: `\`${path}\` of ${kind}`, becomes: "dropped" }));
  const refused = [...fieldsOfSchema(now)].flatMap(([path, field]) => {
    const old = known.get(path);
    const reason = old && narrowing(old, field);
    return reason === undefined ? [] : [{ what: `\`${path}\` of ${kind}`, becomes: reason }];
  });
  return [...dropped, ...refused];
}

function isWithin(path: string, outer: string): boolean {
  return path.startsWith(`${outer}.`) || path.startsWith(`${outer}[]`);
}

/** Why values that are valid today may be refused; undefined: they are not. */
function narrowing(before: Schema, now: Schema): string | undefined {
  const words: string[] = [];
  const allowed = before["enum"] as readonly unknown[] | undefined;
  const values = (now["enum"] as readonly unknown[] | undefined) ?? ["any other value"];
  const more = values.filter((value) => allowed !== undefined && !allowed.includes(value));
  if (more.length > 0) words.push(`refused: ${more.map((value) => `\`${value}\``).join(", ")}`);
  for (const [keyword, side] of Object.entries(bounds)) {
    const [old, current] = [before[keyword], now[keyword]] as (number | undefined)[];
    const isWider =
      side === "upper" ? (current ?? Infinity) > (old ?? Infinity) : isLower(current, old);
    if (old !== undefined && isWider) words.push(`refused beyond ${keyword} ${old}`);
  }
  if (before["pattern"] !== undefined && before["pattern"] !== now["pattern"]) {
    words.push(`refused unless it matches \`${before["pattern"]}\``);
  }
  for (const { rule, message } of rulesOf(before)) {
    if (!rulesOf(now).some((known) => known.rule === rule)) words.push(`refused: ${message}`);
  }
  if (before["type"] !== now["type"]) words.push(`refused unless it is of type ${before["type"]}`);
  return words.length === 0 ? undefined : words.join("; ");
}

function isLower(current: number | undefined, old: number | undefined): boolean {
  return (current ?? -Infinity) < (old ?? -Infinity);
}

interface CelRule {
  readonly rule: string;
  readonly message?: string;
}

function rulesOf(schema: Schema): readonly CelRule[] {
  return (schema["x-kubernetes-validations"] as readonly CelRule[] | undefined) ?? [];
}

/** As docs/operations.md shows it. */
export function tableOf(version: string, found: readonly Difference[]): string {
  if (found.length === 0) {
    return `Version ${version}, the one before, knows all that today's objects may have: nothing is lost.\n`;
  }
  const cell = (words: string) => words.replaceAll("\n", " ").replaceAll("|", "\\|");
  const cells = found.map(({ what, becomes }) => [cell(what), cell(becomes)] as const);
  const head = `What version ${version}, the one before, does not know or does not allow:\n`;
  return `${head}\n${aligned([["what", "becomes"], ...cells])}\n`;
}

/** Columns are padded, as the formatter of Markdown does it. */
function aligned(rows: readonly (readonly [string, string])[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (texts: readonly string[], fill: string) =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0, fill)).join(" | ")} |`;
  const [head, ...body] = rows.map((row) => line(row, " "));
  return [head, line(["", ""], "-"), ...body].join("\n");
}
