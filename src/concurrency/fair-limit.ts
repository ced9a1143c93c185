import { type Line, waitInLine } from "./wait-in-line.ts";

export interface FairLimitOptions {
  readonly atOnce: number;
  /** Maximum at once of one party. */
  readonly perParty: number;
  /** How many may wait behind them. */
  readonly mayWait: number;
  /** Maximum that waits of one party. */
  readonly mayWaitPerParty: number;
  /** The error for an operation that may not even wait. */
  readonly refusal: (of: "party" | "all") => Error;
}

interface Party {
  running: number;
  readonly waiting: Line;
}

/**
 * So many operations at a time, with a share for each party: however many operations one party
 * starts, another one's run. Parties take turns; the operations of one party run in order.
 */
export class FairLimit {
  readonly #options: FairLimitOptions;
  /** In the order of their turns. */
  readonly #parties = new Map<string, Party>();
  #running = 0;
  #waiting = 0;

  constructor(options: FairLimitOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** @throws the refusal; the signal's reason when it aborts while the operation waits */
  async run<Result>(
    name: string,
    operation: () => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    signal.throwIfAborted();
    const party = this.#parties.get(name) ?? { running: 0, waiting: new Set() };
    this.#parties.set(name, party);
    if (this.#hasRoom(party) && party.waiting.size === 0) this.#enter(party);
    else await this.#wait(name, party, signal);
    try {
      return await operation();
    } finally {
      party.running -= 1;
      this.#running -= 1;
      this.#forget(name, party);
      this.#next();
    }
  }

  #hasRoom({ running }: Party): boolean {
    const { atOnce, perParty } = this.#options;
    return this.#running < atOnce && running < perParty;
  }

  #enter(party: Party): void {
    party.running += 1;
    this.#running += 1;
  }

  /** The first party in turn that has room; its turn is over then. */
  #next(): void {
    for (const [name, party] of this.#parties) {
      const [enter] = party.waiting;
      if (enter === undefined || !this.#hasRoom(party)) continue;
      this.#parties.delete(name);
      this.#parties.set(name, party);
      enter();
      this.#waiting -= 1;
      this.#enter(party);
      return;
    }
  }

  async #wait(name: string, party: Party, signal: AbortSignal): Promise<void> {
    const { mayWait, mayWaitPerParty, refusal } = this.#options;
    const isOwn = party.waiting.size >= mayWaitPerParty;
    if (isOwn || this.#waiting >= mayWait) {
      this.#forget(name, party);
      throw refusal(isOwn ? "party" : "all");
    }
    this.#waiting += 1;
    try {
      await waitInLine(party.waiting, signal);
    } catch (error) {
      this.#waiting -= 1;
      this.#forget(name, party);
      throw error;
    }
  }

  #forget(name: string, { running, waiting }: Party): void {
    if (running === 0 && waiting.size === 0) this.#parties.delete(name);
  }
}
