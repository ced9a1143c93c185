import { createHash, type Hash } from "node:crypto";

const digestPattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** Registered algorithms of the OCI image specification (descriptor.md, "Digests"). */
export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

export function sha256Of(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** Whether the bytes have this digest, by the digest's own algorithm. */
export function hasDigest(bytes: Uint8Array, digest: string): boolean {
  const verifier = new DigestVerifier(digest);
  verifier.update(bytes);
  return verifier.matches();
}

/** Compares a stream with the digest it should have. */
export class DigestVerifier {
  readonly #hash: Hash;
  readonly #expected: string;

  constructor(digest: string) {
    if (!isDigest(digest)) throw new TypeError("not a sha256 or sha512 digest");
    const colon = digest.indexOf(":");
    this.#hash = createHash(digest.slice(0, colon));
    this.#expected = digest.slice(colon + 1);
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  /** Ends the stream. */
  matches(): boolean {
    return this.#hash.digest("hex") === this.#expected;
  }
}
