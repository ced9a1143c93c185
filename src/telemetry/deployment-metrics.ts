import { Counter, Histogram, type Registry } from "prom-client";

/** Where something is deployed: the labels of every metric here. */
export interface DeploymentPlace {
  readonly namespace: string;
  /** `<repository>/<project>` */
  readonly project: string;
  readonly environment: string;
}

const labelNames = ["namespace", "project", "environment"] as const;

/** Each has 23 series: what comes beyond is counted together. */
const placesLimit = 500;
const other: DeploymentPlace = { namespace: "other", project: "other", environment: "other" };

/** Deployments counted lately, so that a look at a cache that lags counts none twice. */
const rememberedLimit = 10_000;

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * The four measures of DORA, by project and environment. docs/operations.md defines them.
 *
 * Each deployment is counted once, by the process that leads when its record changes: after the
 * write that says so. One that a restart or another leader comes upon later has that in its record
 * already, and is not counted again; one whose leader died in between is not counted at all.
 */
export class DeploymentMetrics {
  readonly #deployments: Counter<(typeof labelNames)[number]>;
  readonly #leadTime: Histogram<(typeof labelNames)[number]>;
  readonly #failures: Counter<(typeof labelNames)[number]>;
  readonly #recovery: Histogram<(typeof labelNames)[number]>;
  readonly #places = new Set<string>();
  readonly #remembered = new Set<string>();

  constructor(registry: Registry) {
    const shared = { labelNames, registers: [registry] };
    this.#deployments = new Counter({
      ...shared,
      name: "forge_deployments_total",
      help: "Deployments whose commit was pushed, but for rollbacks.",
    });
    this.#leadTime = new Histogram({
      ...shared,
      name: "forge_deployment_lead_time_seconds",
      help: "From the commit of the source to the commit of its deployment, but for rollbacks.",
      buckets: [5 * minute, 15 * minute, hour, 4 * hour, day, 3 * day, 7 * day, 30 * day],
    });
    this.#failures = new Counter({
      ...shared,
      name: "forge_deployment_failures_total",
      help: "Deployments that a rollback took the place of.",
    });
    this.#recovery = new Histogram({
      ...shared,
      name: "forge_deployment_recovery_seconds",
      help: "From the commit of a deployment that failed to that of its rollback.",
      buckets: [minute, 5 * minute, 15 * minute, hour, 4 * hour, day, 7 * day],
    });
  }

  /** Begins to count a place at nothing, so that its first deployment is a change. */
  track(place: DeploymentPlace): void {
    const key = keyOf(place);
    if (this.#places.has(key) || this.#places.size >= placesLimit) return;
    this.#places.add(key);
    const labels = labelsOf(place);
    this.#deployments.inc(labels, 0);
    this.#failures.inc(labels, 0);
    this.#leadTime.zero(labels);
    this.#recovery.zero(labels);
  }

  /** @param leadSeconds undefined where nobody knows when the source was committed */
  deployed(deployment: string, place: DeploymentPlace, leadSeconds: number | undefined): void {
    if (this.#isKnown(`deployed ${place.namespace}/${deployment}`)) return;
    const labels = this.#bounded(place);
    this.#deployments.inc(labels);
    // A commit may bear any time, one to come as well.
    if (leadSeconds !== undefined && leadSeconds >= 0) this.#leadTime.observe(labels, leadSeconds);
  }

  /** A rollback took the place of a deployment. */
  rolledBack(deployment: string, place: DeploymentPlace, seconds: number): void {
    if (this.#isKnown(`rolled back ${place.namespace}/${deployment}`)) return;
    const labels = this.#bounded(place);
    this.#failures.inc(labels);
    this.#recovery.observe(labels, Math.max(0, seconds));
  }

  #bounded(place: DeploymentPlace) {
    this.track(place);
    return labelsOf(this.#places.has(keyOf(place)) ? place : other);
  }

  #isKnown(what: string): boolean {
    if (this.#remembered.has(what)) return true;
    this.#remembered.add(what);
    const [oldest] = this.#remembered;
    if (this.#remembered.size > rememberedLimit && oldest !== undefined) {
      this.#remembered.delete(oldest);
    }
    return false;
  }
}

function keyOf({ namespace, project, environment }: DeploymentPlace): string {
  return `${namespace}/${environment}/${project}`;
}

function labelsOf({ namespace, project, environment }: DeploymentPlace) {
  return { namespace, project, environment };
}
