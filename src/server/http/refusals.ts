/** Writes that were refused before they were recorded one by one: counted, and recorded as counts. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../../../controller/kube/index.ts";
import { ForgeError } from "../../api/index.ts";
import type { Fact } from "../../ledger/index.ts";
import type { LedgerAccess } from "../ports.ts";

export interface Refusal {
  readonly operation: string;
  readonly user: string;
  /** Account that asks in the user's name. */
  readonly impersonatedBy?: string | undefined;
  readonly reason: string;
  /** Under which it is recorded; empty where the caller may not see the one that it asked for. */
  readonly namespace: string;
  /** Namespace that it asked for. */
  readonly asked: string;
}

interface Count {
  readonly refusal: Refusal;
  readonly first: string;
  readonly asked: Set<string>;
  count: number;
}

export interface RefusalsDeps {
  readonly ledger: LedgerAccess;
  readonly clock: Clock;
  /** Aborts when the server stops: what was counted by then is recorded. */
  readonly stopping: AbortSignal;
}

const windowMs = 60_000;
/** Callers, operations, namespaces and reasons that are counted apart; others come together. */
const maximumCounts = 1_000;
const namesShown = 10;

/**
 * The first refusal of its kind is recorded at once, those of the following minute as one entry
 * with their count: a caller leaves an entry a minute for each kind, however often it asks.
 */
export class Refusals {
  readonly #deps: RefusalsDeps;
  readonly #counts = new Map<string, Count>();

  constructor(deps: RefusalsDeps) {
    this.#deps = deps;
    deps.stopping.addEventListener("abort", () => this.#end(), { once: true });
  }

  async count(refusal: Refusal): Promise<void> {
    if (!this.#deps.ledger.isConfigured) return;
    const kind = this.#kindOf(refusal);
    const key = [kind.user, kind.operation, kind.namespace, kind.reason].join(" ");
    const known = this.#counts.get(key);
    if (known !== undefined) {
      known.count += 1;
      if (known.asked.size < namesShown) known.asked.add(refusal.asked);
      return;
    }
    this.#begin(key, kind);
    await this.#record({ ...this.#empty(kind), asked: new Set([refusal.asked]), count: 1 });
  }

  #kindOf(refusal: Refusal): Refusal {
    if (this.#counts.size < maximumCounts) return refusal;
    return { ...refusal, user: "", namespace: "" };
  }

  #begin(key: string, refusal: Refusal): void {
    const count = this.#empty(refusal);
    this.#counts.set(key, count);
    this.#deps.clock.after(windowMs, () => {
      this.#counts.delete(key);
      if (count.count === 0) return;
      this.#begin(key, refusal);
      void this.#record(count);
    });
  }

  #end(): void {
    const counted = [...this.#counts.values()].filter(({ count }) => count > 0);
    this.#counts.clear();
    for (const count of counted) void this.#record({ ...count });
    // Their minutes end with nothing left to tell.
    for (const count of counted) count.count = 0;
  }

  #empty(refusal: Refusal): Count {
    const first = new Date(this.#deps.clock.now()).toISOString();
    return { refusal, first, asked: new Set(), count: 0 };
  }

  /** Nothing was done: what cannot be recorded now is no reason to fail. */
  async #record(count: Count): Promise<void> {
    try {
      await this.#deps.ledger.open().append([factOf(count)]);
    } catch (error) {
      if (!(error instanceof ForgeError)) throw error;
    }
  }
}

function factOf({ refusal, first, asked, count }: Count): Fact {
  const { operation, user, impersonatedBy, reason, namespace } = refusal;
  const names = [...asked].filter((name) => name !== "" && name !== namespace).toSorted();
  return {
    key: `Action/${randomUUID()}/Refused`,
    kind: "Action",
    event: `${operation}Refused`,
    namespace,
    ...(user !== "" && { actor: user }),
    subject: operation,
    details: {
      ...{ count, reason, since: first },
      ...(impersonatedBy !== undefined && { impersonatedBy }),
      ...(names.length > 0 && { namespaces: names }),
    },
  };
}
