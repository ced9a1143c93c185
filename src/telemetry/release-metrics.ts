import { Counter, type Registry } from "prom-client";

/** How packaging a release ended: pushed, found there already, or failed for good. */
export const packagingResults = ["pushed", "adopted", "failed"] as const;
export type PackagingResult = (typeof packagingResults)[number];

export const deploymentTypes = ["Deploy", "Promote", "Rollback"] as const;

/** Counters of what forge does for its users; the runtime's own metrics are in controller/. */
export class ReleaseMetrics {
  readonly #packaged: Counter<"result">;
  readonly #commits: Counter<"type">;

  constructor(registry: Registry) {
    this.#packaged = new Counter({
      name: "forge_releases_packaged_total",
      help: "Releases that were packaged, by how it ended.",
      labelNames: ["result"],
      registers: [registry],
    });
    this.#commits = new Counter({
      name: "forge_commits_pushed_total",
      help: "Commits pushed to GitOps repositories, by what they do.",
      labelNames: ["type"],
      registers: [registry],
    });
    // Counters that are there from the start leave no gaps in graphs.
    for (const result of packagingResults) this.#packaged.inc({ result }, 0);
    for (const type of deploymentTypes) this.#commits.inc({ type }, 0);
  }

  packaged(result: PackagingResult): void {
    this.#packaged.inc({ result });
  }

  committed(type: (typeof deploymentTypes)[number]): void {
    this.#commits.inc({ type });
  }
}
