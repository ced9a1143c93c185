import { Counter, Histogram, type Registry } from "prom-client";

/** Metrics of the REST API. */
export class ServerMetrics {
  readonly #requests: Counter<"operation" | "status">;
  readonly #durations: Histogram<"operation">;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: "forge_server_requests_total",
      help: "Requests, by operation and by the first digit of their status.",
      labelNames: ["operation", "status"],
      registers,
    });
    this.#durations = new Histogram({
      name: "forge_server_request_duration_seconds",
      help: "How long a request took until its answer began.",
      labelNames: ["operation"],
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2, 10, 30],
      registers,
    });
  }

  answered(operation: string, status: number, seconds: number): void {
    this.#requests.inc({ operation, status: `${Math.floor(status / 100)}xx` });
    this.#durations.observe({ operation }, seconds);
  }
}
