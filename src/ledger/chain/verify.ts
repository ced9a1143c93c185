import type { Damage, Entry, Head, Verification } from "../ports.ts";
import { genesis, hashOf } from "./hash.ts";

type Found = NonNullable<Verification["damage"]>;

/** The chain as far as it was read. */
export class ChainReader {
  readonly #head: Head;
  readonly #anchor: Pick<Head, "sequence" | "hash"> | undefined;
  #expected: number;
  /** Of the entry before; not known in front of the first one after a retention. */
  #previous: string | undefined;
  /** What the first entry says that stood before it. */
  #base: string | undefined;
  /** What a retention signed off as standing there. */
  #signedOff: string | undefined;
  #isAnchored: boolean;
  entries = 0;

  constructor(head: Head, anchor?: Pick<Head, "sequence" | "hash">) {
    this.#head = head;
    this.#anchor = anchor;
    this.#expected = head.prunedThrough + 1;
    this.#previous = head.prunedThrough === 0 ? genesis : undefined;
    this.#isAnchored = anchor === undefined;
  }

  /** The next entry in order of sequence; what is wrong with it, if anything is. */
  next(entry: Entry): Found | undefined {
    const { hash, ...rest } = entry;
    const { sequence } = entry;
    if (sequence !== this.#expected) {
      return damage(
        "Missing",
        this.#expected,
        `entries ${this.#expected} to ${sequence - 1} are not there`,
      );
    }
    const fits = this.#previous === undefined || entry.previous === this.#previous;
    if (hashOf(rest) !== hash) {
      return fits
        ? damage("Edited", sequence, "its content is not what its hash was made of")
        : damage("Reordered", sequence, "it is not the entry that was recorded here");
    }
    if (!fits) {
      return damage(
        "Rewritten",
        sequence,
        "it does not follow the entry before: one of both was written again",
      );
    }
    const unlike = this.#compare(sequence, hash);
    if (unlike !== undefined) return unlike;
    this.#base ??= entry.previous;
    this.#previous = hash;
    this.#expected += 1;
    this.entries += 1;
    return this.#signOff(entry);
  }

  /**
   * Why the anchor says nothing of this chain, once everything was read: it lies in what was
   * removed, and no retention that is still in the chain signed off that entry.
   */
  get unproven(): Verification["unproven"] {
    if (this.#isAnchored || this.#anchor === undefined) return undefined;
    const { sequence } = this.#anchor;
    const { prunedThrough } = this.#head;
    const message = `entry ${sequence} was removed by a retention, as all up to ${prunedThrough}: whether it had this hash cannot be told`;
    return { sequence, message };
  }

  /** The last entry that a retention removed is still known by its hash. */
  #signOff({ kind, details }: Entry): Found | undefined {
    const { through, hash } = details;
    if (kind !== "Ledger" || typeof through !== "number") return undefined;
    if (through === this.#head.prunedThrough) this.#signedOff = String(hash);
    return this.#compare(through, String(hash));
  }

  #compare(sequence: number, hash: string): Found | undefined {
    if (this.#anchor?.sequence !== sequence) return undefined;
    this.#isAnchored = true;
    if (this.#anchor.hash === hash) return undefined;
    return damage("Rewritten", sequence, "it has not the hash that was kept elsewhere");
  }

  /** What is wrong with the end, once everything was read. */
  end(): Found | undefined {
    const { sequence, hash, prunedThrough } = this.#head;
    const last = this.#expected - 1;
    if (last < sequence) {
      return damage(
        "Truncated",
        this.#expected,
        `the ledger ends at ${last}, and recorded up to ${sequence}`,
      );
    }
    const unlike = this.#compare(0, genesis);
    if (unlike !== undefined) return unlike;
    if ((this.#previous ?? genesis) !== hash) {
      return damage("Rewritten", last, "it is not the entry that was recorded last");
    }
    if (this.#anchor !== undefined && this.#anchor.sequence > last) {
      return damage("Truncated", last + 1, `entry ${this.#anchor.sequence} was there once`);
    }
    if (prunedThrough > 0 && this.#base !== this.#signedOff) {
      return damage(
        "Unanchored",
        prunedThrough,
        "no retention signed off what was removed up to here",
      );
    }
    return undefined;
  }
}

function damage(kind: Damage, sequence: number, message: string): Found {
  return { kind, sequence, message: `entry ${sequence}: ${message}` };
}
