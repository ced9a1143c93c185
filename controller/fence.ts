import type { Clock } from "./kube/index.ts";

export class LeadershipLost extends Error {
  override readonly name = "LeadershipLost";
}

/**
 * The gate that every write of a leader goes through, last thing before it is sent.
 *
 * The signal of a term is aborted by a timer, which is too late for one moment: a process that was
 * frozen and goes on takes the answers that came meanwhile before its timers, and what these set
 * going would write. So the gate asks the clock itself. What was sent before the freeze no gate
 * holds back: that is why every write is conditional on what it was computed from.
 */
export class Fence {
  readonly #clock: Pick<Clock, "monotonic">;
  #openUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** Opens until a time of the monotonic clock, or moves that time. */
  openUntil(time: number): void {
    this.#openUntil = time;
  }

  close(): void {
    this.#openUntil = Number.NEGATIVE_INFINITY;
  }

  /** @throws LeadershipLost when it is shut. */
  check(): void {
    if (this.#clock.monotonic() < this.#openUntil) return;
    throw new LeadershipLost("not leading: the write is not sent");
  }
}
