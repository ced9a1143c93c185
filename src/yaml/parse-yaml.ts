import {
  constructFromEvents,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
} from "js-yaml";
import { ForgeError } from "../api/index.ts";
import { readingSchema } from "./kubernetes-schema.ts";
import { limits } from "./limits.ts";
import type { ExpansionBudget } from "./plain-tree.ts";

export interface YamlDocument {
  /** undefined or null for an empty document. Aliases are still shared nodes. */
  readonly value: unknown;
  /** Where its content begins, counted from 1. */
  readonly line: number;
}

/**
 * Every document of a YAML text, empty ones included.
 * @param nodes what is left of `limits.nodes`, for several texts together
 * Throws InvalidManifest with `name` and the line; SourceTooLarge.
 */
export function parseYaml(
  source: string,
  name: string,
  nodes: ExpansionBudget = { left: limits.nodes },
): YamlDocument[] {
  nodes.left -= countNodes(source);
  if (nodes.left < 0) {
    throw new ForgeError("SourceTooLarge", `up to ${name} there are over ${limits.nodes} nodes`);
  }
  try {
    const events = parseEvents(source, { maxDepth: limits.depth });
    refuseLateMerge(events, source);
    const values = constructFromEvents(events, {
      source,
      schema: readingSchema,
      maxAliases: limits.aliasesPerDocument,
    });
    const lines = documentLines(events, source);
    return values.map((value, index) => ({ value, line: lines[index] ?? 1 }));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = error.mark === undefined ? "" : `, line ${error.mark.line + 1}`;
    throw new ForgeError("InvalidManifest", `${name}${line}: ${error.reason}`, { cause: error });
  }
}

/**
 * No fewer nodes than a parser would make: an item, key or document has an indicator with a space
 * or line end behind it, and in a flow collection a bracket or comma.
 */
function countNodes(source: string): number {
  let count = 0;
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (code === comma || code === bracket || code === brace) count += 1;
    else if (code === dash || code === colon || code === question) {
      const next = source.charCodeAt(at + 1);
      // Behind the last character there is none: NaN.
      if (!(next > space)) count += 1;
    }
  }
  return count;
}

const [comma, bracket, brace, dash, colon, question, space] = [
  0x2c, 0x5b, 0x7b, 0x2d, 0x3a, 0x3f, 0x20,
];

/**
 * A merge key after other keys means two things: go-yaml v2 lets it override them, the
 * specification does not. In first place all readers agree.
 */
function refuseLateMerge(events: readonly Event[], source: string): void {
  const open: { mapping: boolean; children: number }[] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    const parent = open.at(-1);
    const place = parent?.mapping ? parent.children : 0;
    if (parent !== undefined) parent.children += 1;
    const isLateKey = place > 0 && place % 2 === 0;
    if (isLateKey && event.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.PLAIN) {
      if (getScalarValue(source, event) === "<<") {
        YAMLException.throwAt(
          source,
          event.valueStart,
          "the merge key << must come first in its mapping",
        );
      }
    }
    if (event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.ALIAS) {
      open.push({ mapping: event.type === EVENT_ID.MAPPING, children: 0 });
    }
  }
}

function documentLines(events: readonly Event[], source: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let counted = 0;
  for (const [index, event] of events.entries()) {
    if (event.type !== EVENT_ID.DOCUMENT) continue;
    const start = startOf(events[index + 1]);
    for (; counted < start; counted++) if (source[counted] === "\n") line += 1;
    lines.push(line);
  }
  return lines;
}

function startOf(event: Event | undefined): number {
  if (event === undefined) return -1;
  return "valueStart" in event ? event.valueStart : "start" in event ? event.start : -1;
}
