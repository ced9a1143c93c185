/** Idempotency-Key: the same request again is answered as it was, and done once. */
import { createHash } from "node:crypto";
import type { Clock } from "../../../controller/kube/index.ts";
import { ForgeError } from "../../api/index.ts";
import type { Entry } from "../../ledger/index.ts";
import { ExpiringMap } from "../expiring-map.ts";
import type { LedgerAccess } from "../ports.ts";
import { answerKey, type Done } from "./recorded.ts";
import type { JsonAnswer } from "./route.ts";

/** An answer that is given again. */
export interface KeptAnswer {
  /** Of the request that it answers. */
  readonly fingerprint: string;
  readonly status: number;
  readonly body: object;
}

/** Where answers are kept: the ledger, which all replicas share, or the memory of this one. */
export interface AnswerStore {
  find(key: string): Promise<KeptAnswer | undefined>;
}

const lifetimeMs = 24 * 3_600_000;
const remembered = 1_000;

/** RFC draft-ietf-httpapi-idempotency-key-header: any text; here of 255 printable characters. */
const keyPattern = /^[!-~]{1,255}$/;

export class Idempotency {
  readonly #kept: ExpiringMap<KeptAnswer>;
  readonly #underWay = new Set<string>();

  constructor(clock: Clock) {
    this.#kept = new ExpiringMap({ maximum: remembered, clock });
  }

  /**
   * Does the work once for each key of a caller; only what succeeded is kept, so that what failed
   * may be tried again. The key is answered as a hash under which no other caller's comes.
   * @throws ForgeError RequestInvalid, IdempotencyKeyReused, IdempotencyKeyInUse
   */
  async once(
    request: {
      readonly user: string;
      readonly operation: string;
      readonly header: string;
      /** Two requests of one key are the same if their content is. */
      readonly content: object;
    },
    store: AnswerStore | undefined,
    work: () => Promise<JsonAnswer>,
  ): Promise<Done> {
    const { user, operation, header, content } = request;
    if (!keyPattern.test(header)) {
      throw new ForgeError("RequestInvalid", "Idempotency-Key: 1 to 255 printable characters");
    }
    const key = hashOf([user, operation, header]);
    const fingerprint = hashOf(content);
    if (this.#underWay.has(key)) {
      throw new ForgeError("IdempotencyKeyInUse", "a request of this key is under way");
    }
    this.#underWay.add(key);
    try {
      const kept = this.#kept.get(key) ?? (await store?.find(key));
      const once = { key, fingerprint };
      if (kept !== undefined)
        return { answer: answerAgain(kept, fingerprint), once, isReplayed: true };
      const answer = await work();
      const { status, body: said } = answer;
      this.#kept.set(key, { fingerprint, status, body: said }, lifetimeMs);
      return { answer, once };
    } finally {
      this.#underWay.delete(key);
    }
  }
}

function answerAgain({ fingerprint, status, body }: KeptAnswer, asked: string): JsonAnswer {
  if (fingerprint === asked) return { status, body };
  throw new ForgeError("IdempotencyKeyReused", "the key was used with another request");
}

function hashOf(value: object): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/** Answers that the ledger keeps, for all replicas. */
export function keptIn(ledger: LedgerAccess): AnswerStore | undefined {
  if (!ledger.isConfigured) return undefined;
  return { find: async (key) => answerOf(await ledger.open().find(answerKey(key))) };
}

function answerOf(entry: Entry | undefined): KeptAnswer | undefined {
  const { fingerprint, status, answer } = entry?.details ?? {};
  if (typeof fingerprint !== "string" || typeof answer !== "string") return undefined;
  return { fingerprint, status: Number(status), body: JSON.parse(answer) as object };
}
