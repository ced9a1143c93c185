/**
 * YAML as js-yaml writes it, byte for byte, in a fraction of its time: a release may have thousands
 * of objects, and nearly all of their texts and keys are plain words. Whatever is not is given to
 * js-yaml itself, each text once.
 */
import { dump, floatYaml11Tag } from "js-yaml";
import { ForgeError } from "../api/index.ts";
import { writingSchema } from "../yaml/index.ts";
import { limits } from "./limits.ts";

const options = { schema: writingSchema, noRefs: true, lineWidth: -1, sortKeys: false } as const;

/** Words that no reader takes for anything but a text, unless it is one of the words below. */
const plainWord = /^[A-Za-z](?:[A-Za-z0-9_./-]|:(?=[A-Za-z0-9_./-]))*$/;
const longestReserved = 5;
const reserved = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;
/** Longer ones are seldom the same again. */
const longestKept = 64;
const indentation = 2;

/** Writes the objects of one rendering; the same object always gives the same text. */
export class YamlWriter {
  readonly #texts = new Map<string, string>();
  #out: string[] = [];
  #size = 0;
  #object: object = {};
  /** Only js-yaml can lay out the object, such as one with a key of several lines. */
  #unusual = false;

  /**
   * One object as a YAML document.
   * @throws ForgeError SourceTooLarge for an object whose text exceeds the limits
   */
  write(object: object): string {
    this.#out = [];
    this.#size = 0;
    this.#object = object;
    this.#unusual = Array.isArray(object) || Object.keys(object).length === 0;
    try {
      this.#filled(object, 0, "");
      if (!this.#unusual) return this.#out.join("");
      if (this.#size > limits.charactersByLibrary) {
        throw tooLarge(object, `have over ${limits.charactersByLibrary} characters`);
      }
      return dump(object, options);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      // The regular expressions of js-yaml exceed their stack at lines of some 2 MiB.
      throw tooLarge(object, "have too long a line", cause);
    }
  }

  /** Counts text before it is kept or made, so that an oversized object fails early. */
  #count(characters: number): void {
    this.#size += characters;
    if (this.#size > limits.charactersPerObject) {
      throw tooLarge(this.#object, `have over ${limits.charactersPerObject} characters`);
    }
  }

  #put(...parts: readonly string[]): void {
    for (const part of parts) {
      this.#count(part.length);
      this.#out.push(part);
    }
  }

  /** @param start what stands before the first key: its indentation, unless a dash went before */
  #mapping(object: Readonly<Record<string, unknown>>, indent: number, start: string): void {
    let before = start;
    for (const [key, value] of Object.entries(object)) {
      const name = this.#text(key);
      if (key.includes("\n") || key.length > 1_000) this.#unusual = true;
      this.#put(before, name, ":");
      before = " ".repeat(indent);
      if (isFilled(value)) {
        this.#put("\n");
        this.#filled(value, indent + indentation, " ".repeat(indent + indentation));
      } else {
        this.#put(" ", this.#leaf(value, indent), "\n");
      }
    }
  }

  #sequence(items: readonly unknown[], indent: number, start: string): void {
    let before = start;
    for (const item of items) {
      this.#put(before, "- ");
      before = " ".repeat(indent);
      if (isFilled(item)) this.#filled(item, indent + indentation, "");
      else this.#put(this.#leaf(item, indent), "\n");
    }
  }

  #filled(value: object, indent: number, start: string): void {
    if (Array.isArray(value)) this.#sequence(value, indent, start);
    else this.#mapping(value as Readonly<Record<string, unknown>>, indent, start);
  }

  #leaf(value: unknown, indent: number): string {
    if (typeof value === "string") {
      const text = this.#text(value);
      if (indent === 0 || !text.includes("\n")) return text;
      this.#count(indent * (text.split("\n").length - 1));
      return text.replaceAll(/\n(?=[^\n])/g, `\n${" ".repeat(indent)}`);
    }
    if (Array.isArray(value)) return "[]";
    if (typeof value === "object" && value !== null) return "{}";
    return typeof value === "number" ? numberText(value) : String(value);
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
    if (document.endsWith("\n...\n")) this.#unusual = true;
    const written = document.slice("k: ".length, -1);
    if (text.length <= longestKept) this.#texts.set(text, written);
    return written;
  }
}

/** As js-yaml writes it, without the cost of a whole document for each number. */
function numberText(value: number): string {
  const text = String(value);
  const isInteger = Number.isInteger(value) && !Object.is(value, -0) && !text.includes("e");
  return isInteger ? text : floatYaml11Tag.represent(value);
}

function tooLarge(object: object, why: string, cause?: unknown): ForgeError {
  const { kind, metadata } = object as { kind?: unknown; metadata?: { name?: unknown } };
  const name = `${String(kind ?? "an object")} ${String(metadata?.name ?? "")}`.trim();
  return new ForgeError("SourceTooLarge", `${name}: its YAML would ${why}`, { cause });
}

function isFilled(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
}

/** One object as a YAML document: the same object always gives the same text. */
export function writeYaml(object: object): string {
  return new YamlWriter().write(object);
}
