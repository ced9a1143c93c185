import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Probe, ProbeTarget } from "./prober.ts";

/** A probe that has an end, be it that of the watch. */
export type EndedProbe = Probe & { readonly tookMs: number };

/** How long programs took to say that they are well. */
export class HealthWatch {
  readonly #ended: EndedProbe[] = [];
  readonly #open = new Map<string, Probe>();
  readonly #worker: Worker;

  constructor(targets: readonly ProbeTarget[]) {
    this.#worker = new Worker(join(import.meta.dirname, "prober.ts"), { workerData: targets });
    this.#worker.on("message", (probe: Probe) => this.#take(probe));
  }

  #take(probe: Probe): void {
    const { target, tookMs } = probe;
    if (tookMs === undefined) {
      this.#open.set(target, probe);
      return;
    }
    this.#open.delete(target);
    this.#ended.push({ ...probe, tookMs });
  }

  of(target: string): readonly EndedProbe[] {
    return this.#ended.filter((probe) => probe.target === target);
  }

  /** Programs that have not answered by now take no longer than until now. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
    const now = performance.timeOrigin + performance.now();
    for (const probe of this.#open.values()) {
      this.#ended.push({ ...probe, tookMs: now - probe.at });
    }
    this.#open.clear();
  }
}
