import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { type ErrorCode, ForgeError } from "../api/index.ts";

/** How a request for manifests ended. */
const results = [
  "ok",
  "not-there",
  "not-allowed",
  "unreachable",
  "unverified",
  "invalid",
  "overloaded",
  "timeout",
  "failed",
] as const;
type Result = (typeof results)[number];

const resultOf: Partial<Readonly<Record<ErrorCode, Result>>> = {
  ImageNotFound: "not-there",
  ImageNotAllowed: "not-allowed",
  RegistryUnauthorized: "not-allowed",
  RegistryUnreachable: "unreachable",
  RegistryRefused: "unreachable",
  ImageInvalid: "unverified",
  PluginOverloaded: "overloaded",
  Timeout: "timeout",
};

const origins = ["memory", "disk", "registry"] as const;

/** What is read when metrics are asked for. */
export interface PluginGauges {
  readonly running: () => number;
  readonly waiting: () => number;
  readonly memoryBytes: () => number;
  readonly diskBytes: () => number;
}

/** Metrics of the Argo CD plugin. */
export class PluginMetrics {
  readonly #requests: Counter<"result">;
  readonly #durations: Histogram;
  readonly #reads: Counter<"origin">;
  readonly #retries: Counter;

  constructor(registry: Registry, gauges: PluginGauges) {
    const registers = [registry];
    this.#requests = new Counter({
      name: "forge_plugin_requests_total",
      help: "Requests for manifests, by how they ended.",
      labelNames: ["result"],
      registers,
    });
    this.#durations = new Histogram({
      name: "forge_plugin_request_duration_seconds",
      help: "How long a request for manifests took.",
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.2, 1, 5, 20, 60],
      registers,
    });
    this.#reads = new Counter({
      name: "forge_plugin_reads_total",
      help: "Where the content of an answer was read from.",
      labelNames: ["origin"],
      registers,
    });
    this.#retries = new Counter({
      name: "forge_plugin_registry_retries_total",
      help: "Registry faults that were waited out.",
      registers,
    });
    for (const result of results) this.#requests.inc({ result }, 0);
    for (const origin of origins) this.#reads.inc({ origin }, 0);
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    gauge("forge_plugin_running", "Requests that are worked on.", gauges.running);
    gauge("forge_plugin_waiting", "Requests that wait for their turn.", gauges.waiting);
    gauge("forge_plugin_memory_cache_bytes", "Manifests kept in memory.", gauges.memoryBytes);
    gauge("forge_plugin_disk_cache_bytes", "Blobs kept on disk.", gauges.diskBytes);
  }

  /** @param failure undefined when it went well */
  generated(failure: unknown, seconds: number): void {
    this.#requests.inc({ result: failure === undefined ? "ok" : failed(failure) });
    this.#durations.observe(seconds);
  }

  retried(): void {
    this.#retries.inc();
  }

  read(origin: (typeof origins)[number]): void {
    this.#reads.inc({ origin });
  }
}

function failed(failure: unknown): Result {
  if (!(failure instanceof ForgeError)) return "failed";
  return resultOf[failure.code] ?? "invalid";
}
