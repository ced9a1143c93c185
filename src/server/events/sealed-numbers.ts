import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const algorithm = "aes-128-ecb";

/**
 * Numbers that only this process can read: one block of AES each, so that neither their order nor
 * the distance between two can be told. The other half of the block is zero in those sealed here.
 */
export class SealedNumbers {
  readonly #key = randomBytes(16);

  seal(number: number): string {
    const block = Buffer.alloc(16);
    block.writeBigUInt64BE(BigInt(number));
    return createCipheriv(algorithm, this.#key, null)
      .setAutoPadding(false)
      .update(block, undefined, "hex");
  }

  /** Undefined for what was not sealed here. */
  open(sealed: string): number | undefined {
    if (!/^[0-9a-f]{32}$/.test(sealed)) return undefined;
    const cipher = createDecipheriv(algorithm, this.#key, null).setAutoPadding(false);
    const block = cipher.update(Buffer.from(sealed, "hex"));
    return block.readBigUInt64BE(8) === 0n ? Number(block.readBigUInt64BE(0)) : undefined;
  }
}
