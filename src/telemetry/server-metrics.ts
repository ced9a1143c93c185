import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What metrics say of a route. */
export interface MeasuredRoute {
  readonly method: string;
  /** As OpenAPI writes it: parameters stand by their names, so that there are as many as routes. */
  readonly path: string;
}

const labelNames = ["method", "route", "status"] as const;

/** Every route may answer with these. */
const statusClasses = ["2xx", "4xx", "5xx"] as const;

/** A path that is none of the API, or a method that it does not take. */
const noRoute: MeasuredRoute = { method: "none", path: "none" };

/** Metrics of the REST API. */
export class ServerMetrics {
  readonly #requests: Counter<(typeof labelNames)[number]>;
  readonly #durations: Histogram<(typeof labelNames)[number]>;
  readonly #pools = new Map<string, () => number>();

  constructor(registry: Registry) {
    const shared = { labelNames, registers: [registry] };
    this.#requests = new Counter({
      ...shared,
      name: "forge_server_requests_total",
      help: "Requests, by route and by the first digit of their status.",
    });
    this.#durations = new Histogram({
      ...shared,
      name: "forge_server_request_duration_seconds",
      help: "How long a request took until its answer began.",
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2, 10, 30],
    });
    this.#requests.inc(labelsOf(noRoute, "4xx"), 0);
    registry.registerMetric(slotsGauge(this.#pools));
  }

  slots(pool: string, inUse: () => number): void {
    this.#pools.set(pool, inUse);
  }

  /** Begins to count routes at nothing; durations of what is not asked for are left out. */
  track(routes: readonly MeasuredRoute[]): void {
    for (const route of routes) {
      for (const status of statusClasses) this.#requests.inc(labelsOf(route, status), 0);
      this.#durations.zero(labelsOf(route, "2xx"));
    }
  }

  answered(route: MeasuredRoute | undefined, status: number, seconds: number): void {
    const labels = labelsOf(route ?? noRoute, `${Math.floor(status / 100)}xx`);
    this.#requests.inc(labels);
    this.#durations.observe(labels, seconds);
  }
}

function labelsOf({ method, path }: MeasuredRoute, status: string) {
  return { method, route: path, status };
}

function slotsGauge(pools: ReadonlyMap<string, () => number>): Gauge<"pool"> {
  return new Gauge({
    name: "forge_server_slots_in_use",
    help: "Slots in use, by pool; a pool that nobody uses is at 0.",
    labelNames: ["pool"],
    registers: [],
    collect() {
      for (const [pool, inUse] of pools) this.set({ pool }, inUse());
    },
  });
}
