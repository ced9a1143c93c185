/**
 * Characters that JSON allows in a string and readers of YAML take for the end of a line, for a mark
 * of the encoding, or for an error.
 */
const unequal = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** JSON that every reader of JSON and of YAML reads alike. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(unequal, escaped);
}

/** As an escape of JSON, and of YAML in double quotes. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The same characters in double-quoted scalars of a YAML text; it must have them nowhere else. */
export function withEscapes(text: string): string {
  return text.replaceAll(unequal, escaped);
}
