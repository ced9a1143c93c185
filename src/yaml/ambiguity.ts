import {
  constructFromEvents,
  EVENT_ID,
  type Event,
  FAILSAFE_SCHEMA,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
} from "js-yaml";
import { readingSchema } from "./kubernetes-schema.ts";
import { limits } from "./limits.ts";

/** Why readers of YAML may read a text differently, and in which line, counted from 1. */
export interface Ambiguity {
  readonly line: number;
  readonly why: string;
}

/**
 * YAML 1.1 ends a line at U+0085, U+2028 and U+2029, and go-yaml does; YAML 1.2 does not. The others
 * are errors to some readers, and passed over by others.
 */
const unequalCharacter =
  /\r(?!\n)|(?![\t\n\r])\p{Cc}|[\u2028\u2029\ufffe\uffff]|(?<=[^])\ufeff|\p{Cs}/u;

/**
 * Finds the first thing in a text that readers of YAML do not agree on: line ends, directives, tags,
 * aliases and merge keys. undefined when there is nothing of it: then the text means one thing. Text
 * that is no YAML is ambiguous too.
 */
export function ambiguityIn(text: string): Ambiguity | undefined {
  const character = unequalCharacter.exec(text);
  if (character !== null) {
    const code = (character[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    const why = `holds the character U+${code}, which readers of YAML take differently`;
    return { line: lineAt(text, character.index), why };
  }
  try {
    const events = parseEvents(text, { maxDepth: limits.depth });
    const found = ambiguousEvent(events, text);
    // Keys that stand twice, or are no texts, show here alone.
    if (found === undefined) construct(events, text);
    return found;
  } catch (error) {
    return problemOf(error);
  }
}

/**
 * The documents of a text with every scalar as the text that it is.
 * @throws YAMLException where ambiguityIn finds something
 */
export function textsIn(text: string): readonly unknown[] {
  return construct(parseEvents(text, { maxDepth: limits.depth }), text);
}

function construct(events: Event[], text: string): readonly unknown[] {
  return constructFromEvents(events, { source: text, schema: FAILSAFE_SCHEMA, maxAliases: 0 });
}

/** Longer words are texts, or numbers that nobody names a field by. */
const longestWord = 64;

function ambiguousEvent(events: readonly Event[], text: string): Ambiguity | undefined {
  const found = (offset: number, what: string): Ambiguity => ({
    line: lineAt(text, offset),
    why: `holds ${what}, which readers of YAML take differently`,
  });
  for (const event of events) {
    if (event.type === EVENT_ID.POP) continue;
    if (event.type === EVENT_ID.DOCUMENT) {
      if (event.directives.length > 0) return found(text.search(/^%/m), "a directive");
    } else if (event.type === EVENT_ID.ALIAS) return found(event.anchorStart, "an alias");
    else if (event.tagStart >= 0) return found(event.tagStart, "a tag");
    else if (event.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.PLAIN) {
      const word = getScalarValue(text, event);
      if (word === "<<") return found(event.valueStart, 'the merge key "<<"');
      if (isKeyAt(text, event.valueEnd) && !isText(word)) {
        return found(event.valueStart, `the key ${word}, without quotes`);
      }
    }
  }
  return undefined;
}

function isKeyAt(text: string, end: number): boolean {
  let at = end;
  while (text[at] === " " || text[at] === "\t") at++;
  return text[at] === ":";
}

/** Whether Kubernetes reads a plain word as a text: `on` and `017` are none. */
function isText(word: string): boolean {
  if (word.length > longestWord) return true;
  const events = parseEvents(word, {});
  const [value] = constructFromEvents(events, { source: word, schema: readingSchema });
  return typeof value === "string";
}

function problemOf(error: unknown): Ambiguity {
  if (!(error instanceof YAMLException)) throw error;
  return { line: (error.mark?.line ?? 0) + 1, why: error.reason };
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
