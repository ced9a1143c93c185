import { inflateSync } from "node:zlib";
import { ForgeError } from "../../api/index.ts";
import { VisitCount } from "../../concurrency/index.ts";
import { applyDelta, deltaResultSize } from "./delta.ts";
import type { GitObject } from "./git-object.ts";

export interface PackLimits {
  /** Bytes of the pack as it comes over the wire. */
  readonly packBytes: number;
  readonly objects: number;
  readonly objectBytes: number;
  /** Bytes of all objects together, inflated. */
  readonly totalBytes: number;
}

const mebibyte = 1024 * 1024;

/** Room for the trees of a monorepo with 500,000 folders; a hostile server gets no further. */
export const defaultPackLimits: PackLimits = {
  packBytes: 256 * mebibyte,
  objects: 1_000_000,
  objectBytes: 64 * mebibyte,
  totalBytes: 512 * mebibyte,
};

/** An object of a pack before its id is known. */
export type Resolved = Omit<GitObject, "id">;

/** To inflate an object of a few bytes takes as long as to hash so many. */
const objectCost = 4_096;

/** Counts inflated bytes before they are made, so that a bomb costs nothing. */
export class PackBudget {
  readonly #limits: PackLimits;
  readonly #work = new VisitCount();
  #left: number;

  constructor(limits: PackLimits) {
    this.#limits = limits;
    this.#left = limits.totalBytes;
  }

  inflate(input: Uint8Array, size: number): { data: Uint8Array; consumed: number } {
    this.#take(size);
    try {
      // chunkSize one above the size: zlib's default of 16 KiB for each small object, kept alive
      // by the slice that is returned, costs more memory than all objects together.
      const result = inflateSync(input, {
        info: true,
        chunkSize: Math.max(64, size + 1),
        maxOutputLength: Math.max(1, size),
      }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
      if (result.buffer.length !== size)
        throw malformed("has an object of another size than it says");
      return { data: result.buffer, consumed: result.engine.bytesWritten };
    } catch (error) {
      if (error instanceof ForgeError) throw error;
      throw new ForgeError("GitProtocol", "the pack has an object that does not inflate", {
        cause: error,
      });
    }
  }

  /** Counts what is done to an object; true when the caller should yield. */
  count(bytes: number): boolean {
    return this.#work.visit(bytes + objectCost);
  }

  apply(base: Resolved, delta: Uint8Array): Resolved {
    this.#take(deltaResultSize(delta));
    return { type: base.type, data: applyDelta(base.data, delta) };
  }

  #take(size: number): void {
    if (size > this.#limits.objectBytes) {
      throw tooLarge(`an object of ${size} bytes is over the limit of ${this.#limits.objectBytes}`);
    }
    this.#left -= size;
    if (this.#left < 0)
      throw tooLarge(`the objects are over ${this.#limits.totalBytes} bytes together`);
  }
}

export function malformed(what: string): ForgeError {
  return new ForgeError("GitProtocol", `the pack ${what}`);
}

export function tooLarge(what: string): ForgeError {
  return new ForgeError("SourceTooLarge", `git: ${what}`);
}
