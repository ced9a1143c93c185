import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Probe, ProbeTarget } from "./prober.ts";

/** How long programs took to say that they are well. */
export class HealthWatch {
  readonly probes: Probe[] = [];
  readonly #worker: Worker;

  constructor(targets: readonly ProbeTarget[]) {
    this.#worker = new Worker(join(import.meta.dirname, "prober.ts"), { workerData: targets });
    this.#worker.on("message", (probe: Probe) => this.probes.push(probe));
  }

  of(target: string): readonly Probe[] {
    return this.probes.filter((probe) => probe.target === target);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
