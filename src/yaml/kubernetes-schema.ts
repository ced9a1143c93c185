/**
 * The YAML that Kubernetes reads.
 *
 * kubectl and the API server read YAML through sigs.k8s.io/yaml, which is go-yaml v2 turned into
 * JSON: YAML 1.1 booleans, Go's integer literals with underscores anywhere, floats without base
 * 60, and timestamps as plain strings. `kubernetes-schema.test.ts` holds a table of what that
 * library answers.
 *
 * Stricter on purpose, where a silent reading would surprise: no .nan and .inf (JSON has neither),
 * no custom tags, no binary, no keys that are floats or null.
 */
import {
  boolYaml11Tag,
  DUMP_SCHEMA,
  FAILSAFE_SCHEMA,
  floatCoreTag,
  floatYaml11Tag,
  intCoreTag,
  intYaml11Tag,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  nullYaml11Tag,
  type ScalarTagDefinition,
  Schema,
} from "js-yaml";

const integerLiteral =
  /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
/** go-yaml reads what follows 0b with a sign of its own. */
const oddBinaryLiteral = /^0b([-+])([01]+)$/;
const floatLiteral = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** After a leading point, underscores are Go's: one at a time, between digits. */
const pointLiteral = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;

function resolveInteger(source: string): number | typeof NOT_RESOLVED {
  const literal = source.replaceAll("_", "").replace(oddBinaryLiteral, "$10b$2");
  const match = integerLiteral.exec(literal);
  if (match === null) return NOT_RESOLVED;
  const [, sign, hex, binary, octal, decimal] = match;
  const digits = hex ? `0x${hex}` : binary ? `0b${binary}` : octal ? `0o${octal}` : `${decimal}`;
  return sign === "-" ? 0 - Number(digits) : Number(digits);
}

function resolveFloat(source: string): number | typeof NOT_RESOLVED {
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(source)) return source.startsWith("-") ? -Infinity : Infinity;
  if (/^\.(?:nan|NaN|NAN)$/.test(source)) return Number.NaN;
  const literal = source.replaceAll("_", "");
  const isFloat = source.startsWith(".") ? pointLiteral.test(source) : floatLiteral.test(literal);
  if (!isFloat) return NOT_RESOLVED;
  const value = Number(literal);
  return Number.isFinite(value) ? value : NOT_RESOLVED;
}

const integerTag: ScalarTagDefinition = { ...intYaml11Tag, resolve: resolveInteger };
const floatTag: ScalarTagDefinition = { ...floatYaml11Tag, resolve: resolveFloat };

const objectTag: typeof mapTag = {
  ...mapTag,
  addPair(object, key, value) {
    if (key === "__proto__") return "the key __proto__ is not allowed";
    const readable =
      typeof key === "string" || typeof key === "boolean" || Number.isSafeInteger(key);
    return readable
      ? mapTag.addPair(object, key, value)
      : "a key must be a string: put it in quotes";
  },
};

export const readingSchema = new Schema([
  ...FAILSAFE_SCHEMA.tags.filter((tag) => tag.tagName !== mapTag.tagName),
  objectTag,
  nullYaml11Tag,
  boolYaml11Tag,
  integerTag,
  floatTag,
  mergeTag,
]);

function firstOf(...tags: readonly ScalarTagDefinition[]): ScalarTagDefinition["resolve"] {
  return (source, isExplicit, tagName) => {
    for (const tag of tags) {
      const value = tag.resolve(source, isExplicit, tagName);
      if (value !== NOT_RESOLVED) return value;
    }
    return NOT_RESOLVED;
  };
}

/** A string that YAML 1.1, 1.2 or go-yaml would take for something else is written in quotes. */
export const writingSchema = DUMP_SCHEMA.withTags(
  { ...intYaml11Tag, resolve: firstOf(integerTag, intYaml11Tag, intCoreTag) },
  { ...floatYaml11Tag, resolve: firstOf(floatTag, floatYaml11Tag, floatCoreTag) },
);
