/** Generated manifests in memory, least recently used first out. */
export class ManifestCache {
  readonly #maxBytes: number;
  readonly #entries = new Map<string, { readonly manifests: readonly string[]; bytes: number }>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): readonly string[] | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // A Map keeps the order in which keys were set.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.manifests;
  }

  set(key: string, manifests: readonly string[]): void {
    this.#remove(key);
    const bytes = manifests.reduce((sum, manifest) => sum + bytesOf(manifest), bytesOf(key));
    // One release must not drive all the others out.
    if (bytes > this.#maxBytes / 4) return;
    this.#entries.set(key, { manifests, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

/** V8 holds a string in one byte a character, or in two when one of them needs it. */
function bytesOf(text: string): number {
  const overhead = 32;
  const isWide = /[^\p{ASCII}\u0080-\u00ff]/u.test(text);
  return overhead + (isWide ? 2 * text.length : text.length);
}
