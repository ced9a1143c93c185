/** Times, reasons, names of what many objects belong to: longer ones are hardly ever the same. */
const longest = 64;
const defaultLimit = 8_192;

/**
 * One text for all that say the same. What a server answers has each text anew, however often it
 * was said: the time that stands five times in a status, the branch in ten thousand releases.
 *
 * What was asked for lately is remembered, about `limit` to twice as many; what is forgotten is
 * kept by those who have it, and not shared any more.
 */
export class InternedTexts {
  readonly #limit: number;
  #recent = new Map<string, string>();
  #before = new Map<string, string>();

  constructor(limit = defaultLimit) {
    this.#limit = limit;
  }

  /** Changes the texts of an object, at any depth; what is frozen stays as it is. */
  intern(value: object): void {
    if (Object.isFrozen(value)) return;
    const fields = value as Record<string, unknown>;
    for (const name of Object.keys(fields)) {
      const inner = fields[name];
      if (typeof inner === "string") {
        if (inner.length <= longest) fields[name] = this.#same(inner);
      } else if (typeof inner === "object" && inner !== null) {
        this.intern(inner);
      }
    }
  }

  #same(text: string): string {
    const recent = this.#recent.get(text);
    if (recent !== undefined) return recent;
    const found = this.#before.get(text) ?? text;
    if (this.#recent.size >= this.#limit) {
      this.#before = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(found, found);
    return found;
  }
}
