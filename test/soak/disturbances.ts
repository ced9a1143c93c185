import { setTimeout as sleep } from "node:timers/promises";
import type { ControlPlane, Fate, FaultProxy } from "../ground/index.ts";
import { pick } from "./random.ts";

/** What a request meets, and how often in a thousand. */
const fates: readonly { readonly fate: Fate; readonly share: number }[] = [
  { fate: { type: "reset" }, share: 30 },
  { fate: { type: "lose-answer" }, share: 20 },
  { fate: { type: "refuse", status: 503, retryAfterSeconds: 1 }, share: 20 },
  { fate: { type: "refuse", status: 429, retryAfterSeconds: 1 }, share: 20 },
  { fate: { type: "refuse", status: 500 }, share: 20 },
  { fate: { type: "silence" }, share: 10 },
];

/** Disturbs a control plane at random, and counts what it did. */
export class Disturbances {
  readonly counts: Record<string, number> = {};
  readonly #plane: ControlPlane;
  readonly #proxy: FaultProxy;
  readonly #random: () => number;

  constructor(plane: ControlPlane, proxy: FaultProxy, random: () => number) {
    this.#plane = plane;
    this.#proxy = proxy;
    this.#random = random;
  }

  /** Until the deadline of performance.now(); then everything passes again. */
  async run(deadline: number, restarts: number): Promise<void> {
    this.#proxy.judge = () => this.#fate();
    const beganAt = performance.now();
    const restartEvery = (deadline - beganAt) / (restarts + 1);
    let restarted = 0;
    while (performance.now() < deadline) {
      await sleep(Math.min(500 + 2_500 * this.#random(), deadline - performance.now()));
      if (performance.now() - beganAt > restartEvery * (restarted + 1) && restarted < restarts) {
        restarted++;
        await this.#do("restart");
      } else {
        await this.#do(pick(this.#random, ["reset-all", "stall-all", "compact", "calm"]));
      }
    }
    this.#proxy.judge = () => ({ type: "pass" });
    // What was stalled stays so until the informer notices: that is part of the soak.
  }

  async #do(what: string): Promise<void> {
    this.#count(what);
    switch (what) {
      case "restart":
        return this.#plane.restartApiServer();
      case "compact":
        return this.#plane.compact();
      case "reset-all":
        return this.#proxy.resetAll();
      case "stall-all":
        return this.#proxy.stallAll();
      default:
    }
  }

  #fate(): Fate {
    let drawn = this.#random() * 1_000;
    for (const { fate, share } of fates) {
      drawn -= share;
      if (drawn >= 0) continue;
      this.#count(fate.type === "refuse" ? String(fate.status) : fate.type);
      return fate;
    }
    return { type: "pass" };
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}
