import { StringDecoder } from "node:string_decoder";

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
/** How deep the fields of a list stand, and within `"items": […]` its items. */
const fieldDepth = 1;
const itemDepth = 2;

/**
 * Reads the JSON text of a list piece by piece and gives each item as soon as its last byte has
 * come: while the server still writes the next ones, and without ever holding the whole text.
 * It looks at strings and brackets alone; JSON.parse judges the rest.
 */
export class ListItems<Item> {
  readonly #take: (item: Item) => void;
  #depth = 0;
  #inString = false;
  /** Whether the last piece ended behind a backslash that escapes the first byte of the next one. */
  #escapes = false;
  #inItems = false;
  /** The string that came last among the list's fields: the name of what a bracket opens. */
  #field = "";
  /** What has come of the item that is not complete; the decoder has what is half a letter. */
  #begun = "";
  readonly #decoder = new StringDecoder("utf8");
  /** The list without its items. */
  readonly #frame: Buffer[] = [];

  /** @param take is given each item, parsed */
  constructor(take: (item: Item) => void) {
    this.#take = take;
  }

  /** @throws SyntaxError for an item that is not JSON */
  add(piece: Buffer): void {
    let at = 0;
    /** Where begins what belongs to neither an item nor the frame yet. */
    let from = 0;
    while (at < piece.length) {
      if (this.#inString) {
        at = this.#passString(piece, at);
        continue;
      }
      switch (piece[at++]) {
        case quote:
          this.#inString = true;
          this.#field = "";
          break;
        case openBrace:
          if (this.#inItems && this.#depth === itemDepth) from = at - 1;
          this.#depth++;
          break;
        case openBracket:
          this.#depth++;
          if (this.#depth !== itemDepth || this.#field !== "items") break;
          this.#inItems = true;
          this.#frame.push(Buffer.from(piece.subarray(from, at)));
          break;
        case closeBrace:
          this.#depth--;
          if (this.#inItems && this.#depth === itemDepth) this.#end(piece.subarray(from, at));
          break;
        case closeBracket:
          this.#depth--;
          if (!this.#inItems || this.#depth !== fieldDepth) break;
          this.#inItems = false;
          from = at - 1;
          break;
      }
    }
    const rest = piece.subarray(from);
    // A copy: the piece may be a window into much more.
    if (!this.#inItems) this.#frame.push(Buffer.from(rest));
    else if (this.#depth > itemDepth) this.#begun += this.#decoder.write(rest);
  }

  /**
   * The list, with no items: those were given before.
   * @throws SyntaxError when the text is not JSON, or not complete
   */
  frame(): unknown {
    return JSON.parse(Buffer.concat(this.#frame).toString("utf8"));
  }

  /** Where the string ends that `start` is within, or the piece. */
  #passString(piece: Buffer, start: number): number {
    const from = this.#escapes ? start + 1 : start;
    let end = piece.indexOf(quote, from);
    while (end !== -1 && isEscaped(piece, from, end)) end = piece.indexOf(quote, end + 1);
    this.#inString = end === -1;
    this.#escapes = this.#inString && isEscaped(piece, from, piece.length);
    if (this.#inString) end = piece.length;
    if (this.#depth === fieldDepth) this.#field += piece.toString("latin1", start, end);
    return this.#inString ? end : end + 1;
  }

  #end(last: Buffer): void {
    const text = this.#begun + this.#decoder.end(last);
    this.#begun = "";
    this.#take(JSON.parse(text));
  }
}

/** Whether an odd number of backslashes stands before `at`, none of them before `from`. */
function isEscaped(piece: Buffer, from: number, at: number): boolean {
  let first = at;
  while (first > from && piece[first - 1] === backslash) first--;
  return (at - first) % 2 === 1;
}
