import { createHash } from "node:crypto";

/** A body as it is sent. Its bytes and their hash are made when they are first asked for, and once. */
export class JsonText {
  readonly body: object;
  #bytes: Buffer | undefined;
  #hash: string | undefined;

  constructor(body: object) {
    this.body = body;
  }

  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(JSON.stringify(this.body));
    return this.#bytes;
  }

  /** Kept or logged, it says what the body says. */
  toJSON(): object {
    return this.body;
  }

  /** Another for every other byte. */
  get hash(): string {
    this.#hash ??= createHash("sha256").update(this.bytes).digest("base64url").slice(0, 22);
    return this.#hash;
  }
}
