import { isDeepStrictEqual } from "node:util";
import { isMap, isNode, LineCounter, parseDocument } from "yaml";
import { isRecord } from "../../api/index.ts";
import { type Ambiguity, textsIn } from "../../yaml/index.ts";

/**
 * Where two parsers of YAML make different trees of a text of one document, each scalar taken as the
 * text that it is. What is a number to one and a text to the other is no difference here.
 */
export function differenceIn(text: string): Ambiguity | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: "failsafe", lineCounter: lines });
  const one = withoutNulls(document.toJS());
  const [read] = textsIn(text);
  const other = withoutNulls(read);
  if (isDeepStrictEqual(one, other)) return undefined;
  const key = keyOfDifference(one, other);
  const pair = isMap(document.contents)
    ? document.contents.items.find((item) => String(item.key) === key)
    : undefined;
  const start = isNode(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0;
  return { line: lines.linePos(start).line, why: "means different things to readers of YAML" };
}

/** The first field of the file in which the two differ. */
function keyOfDifference(one: unknown, other: unknown): string | undefined {
  if (!isRecord(one) || !isRecord(other)) return undefined;
  return Object.keys(one).find((key) => !isDeepStrictEqual(one[key], other[key]));
}

/** An empty scalar is null to one, and an empty text to the other. */
function withoutNulls(value: unknown): unknown {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutNulls(item)]));
}
