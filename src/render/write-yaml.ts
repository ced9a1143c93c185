/**
 * YAML as js-yaml writes it, byte for byte, in a fraction of its time: a release may have thousands
 * of objects, and nearly all of their texts and keys are plain words. Whatever is not is given to
 * js-yaml itself, each text once.
 */
import { dump } from "js-yaml";
import { writingSchema } from "../yaml/index.ts";

const options = { schema: writingSchema, noRefs: true, lineWidth: -1, sortKeys: false } as const;

/** Words that no reader takes for anything but a text, unless it is one of the words below. */
const plainWord = /^[A-Za-z](?:[A-Za-z0-9_./-]|:(?=[A-Za-z0-9_./-]))*$/;
const longestReserved = 5;
const reserved = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;
/** Longer ones are seldom the same again. */
const longestKept = 64;
const indentation = 2;

/** What only js-yaml can lay out, such as a key of several lines: it writes the whole object. */
class Unusual extends Error {}

/** Writes the objects of one rendering; the same object always gives the same text. */
export class YamlWriter {
  readonly #texts = new Map<string, string>();
  #out: string[] = [];

  /** One object as a YAML document. */
  write(object: object): string {
    if (Array.isArray(object) || Object.keys(object).length === 0) return dump(object, options);
    this.#out = [];
    try {
      this.#mapping(object as Readonly<Record<string, unknown>>, 0, "");
      return this.#out.join("");
    } catch (error) {
      if (!(error instanceof Unusual)) throw error;
      return dump(object, options);
    }
  }

  /** @param start what stands before the first key: its indentation, unless a dash went before */
  #mapping(object: Readonly<Record<string, unknown>>, indent: number, start: string): void {
    let before = start;
    for (const [key, value] of Object.entries(object)) {
      const name = this.#text(key);
      if (key.includes("\n") || key.length > 1_000) throw new Unusual();
      this.#out.push(before, name, ":");
      before = " ".repeat(indent);
      if (isFilled(value)) {
        this.#out.push("\n");
        this.#filled(value, indent + indentation, " ".repeat(indent + indentation));
      } else {
        this.#out.push(" ", this.#leaf(value, indent), "\n");
      }
    }
  }

  #sequence(items: readonly unknown[], indent: number, start: string): void {
    let before = start;
    for (const item of items) {
      this.#out.push(before, "- ");
      before = " ".repeat(indent);
      if (isFilled(item)) this.#filled(item, indent + indentation, "");
      else this.#out.push(this.#leaf(item, indent), "\n");
    }
  }

  #filled(value: object, indent: number, start: string): void {
    if (Array.isArray(value)) this.#sequence(value, indent, start);
    else this.#mapping(value as Readonly<Record<string, unknown>>, indent, start);
  }

  #leaf(value: unknown, indent: number): string {
    if (typeof value === "string") {
      const text = this.#text(value);
      return indent === 0 ? text : text.replaceAll(/\n(?=[^\n])/g, `\n${" ".repeat(indent)}`);
    }
    if (Array.isArray(value)) return "[]";
    if (typeof value === "object" && value !== null) return "{}";
    if (typeof value === "number" && !(Number.isSafeInteger(value) && !Object.is(value, -0))) {
      return dump(value, options).trimEnd();
    }
    return String(value);
  }

  /** A text as a value of the outermost mapping has it. */
  #text(text: string): string {
    if (plainWord.test(text) && !(text.length <= longestReserved && reserved.test(text))) {
      return text;
    }
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    // Behind a key, since by itself a text is laid out otherwise.
    const document = dump({ k: text }, options);
    // Empty lines at its end: what follows them depends on what follows the text.
    if (document.endsWith("\n...\n")) throw new Unusual();
    const written = document.slice("k: ".length, -1);
    if (text.length <= longestKept) this.#texts.set(text, written);
    return written;
  }
}

function isFilled(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
}

/** One object as a YAML document: the same object always gives the same text. */
export function writeYaml(object: object): string {
  return new YamlWriter().write(object);
}
