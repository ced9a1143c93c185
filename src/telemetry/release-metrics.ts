import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** How packaging a release ended: pushed, found there already, or failed for good. */
export const packagingResults = ["pushed", "adopted", "failed"] as const;
export type PackagingResult = (typeof packagingResults)[number];

export const deploymentTypes = ["Deploy", "Promote", "Rollback"] as const;

/**
 * How a push to a GitOps branch ended: taken; raced, where somebody else's came in between;
 * rejected by whatever else the server says; or without an answer.
 */
export const pushResults = ["pushed", "raced", "rejected", "failed"] as const;
export type PushResult = (typeof pushResults)[number];

/** Why a rule refuses. Whatever else it may come to say is counted as Other. */
export const refusalReasons = [
  "ApprovalMissing",
  "BranchNotAllowed",
  "BranchUnknown",
  "FreezeInvalid",
  "Frozen",
  "Held",
  "Locked",
  "NeverRanHere",
  "NoTag",
  "NotRunBefore",
  "NotSoaked",
  "NumberUnknown",
  "OlderRelease",
  "PointerLocked",
  "Rejected",
  "RequesterUnknown",
  "Soaking",
  "SourceNotVerified",
  "TagNotAllowed",
  "TagPatternInvalid",
  "TriggerNotAllowed",
  "Other",
] as const;

/** Whether the admission policies of this version are in force, as the condition says it. */
export const policyStates = ["True", "False", "Unknown"] as const;

/** What forge does for its users; the runtime's own metrics are in controller/. */
export class ReleaseMetrics {
  readonly #packaged: Counter<"result">;
  readonly #packaging: Histogram;
  readonly #commits: Counter<"type">;
  readonly #committing: Histogram;
  readonly #refusals: Counter<"reason">;
  readonly #pushes: Counter<"result">;
  readonly #commitsPerPush: Histogram;
  readonly #adoptions: Counter;
  readonly #policies: Gauge<"status">;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#packaged = new Counter({
      name: "forge_releases_packaged_total",
      help: "Releases that were packaged, by how it ended.",
      labelNames: ["result"],
      registers,
    });
    this.#packaging = new Histogram({
      name: "forge_release_packaging_duration_seconds",
      help: "How long it took to check, render and push a release, once it had its number.",
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300],
      registers,
    });
    this.#commits = new Counter({
      name: "forge_commits_pushed_total",
      help: "Commits pushed to GitOps repositories, by what they do.",
      labelNames: ["type"],
      registers,
    });
    this.#committing = new Histogram({
      name: "forge_commit_duration_seconds",
      help: "How long an allowed deployment took until its commit was on the branch.",
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300],
      registers,
    });
    this.#refusals = new Counter({
      name: "forge_policy_refusals_total",
      help: "Pointers that the policy began to refuse, by the first reason.",
      labelNames: ["reason"],
      registers,
    });
    this.#pushes = new Counter({
      name: "forge_git_pushes_total",
      help: "Pushes to GitOps branches, by how they ended.",
      labelNames: ["result"],
      registers,
    });
    this.#commitsPerPush = new Histogram({
      name: "forge_git_commits_per_push",
      help: "Commits in a push that was taken.",
      buckets: [1, 2, 5, 10, 25, 50, 100, 250],
      registers,
    });
    this.#adoptions = new Counter({
      name: "forge_git_adoptions_total",
      help: "Deployments found in Git that the cluster did not know, and taken over.",
      registers,
    });
    this.#policies = new Gauge({
      name: "forge_admission_policies_enforced",
      help: "1 at the status of the condition PoliciesEnforced, 0 at the others.",
      labelNames: ["status"],
      registers,
    });
    for (const status of policyStates) this.#policies.set({ status }, 0);
    // Counters that are there from the start leave no gaps in graphs.
    for (const result of packagingResults) this.#packaged.inc({ result }, 0);
    for (const type of deploymentTypes) this.#commits.inc({ type }, 0);
    for (const reason of refusalReasons) this.#refusals.inc({ reason }, 0);
    for (const result of pushResults) this.#pushes.inc({ result }, 0);
  }

  /** @param seconds absent where nothing was made */
  packaged(result: PackagingResult, seconds?: number): void {
    this.#packaged.inc({ result });
    if (seconds !== undefined) this.#packaging.observe(seconds);
  }

  committed(type: (typeof deploymentTypes)[number], seconds: number): void {
    this.#commits.inc({ type });
    this.#committing.observe(seconds);
  }

  refused(reason: string): void {
    const known = refusalReasons.find((one) => one === reason) ?? "Other";
    this.#refusals.inc({ reason: known });
  }

  adopted(): void {
    this.#adoptions.inc();
  }

  policies(now: (typeof policyStates)[number]): void {
    for (const status of policyStates) this.#policies.set({ status }, status === now ? 1 : 0);
  }

  pushed(result: PushResult, commits: number): void {
    this.#pushes.inc({ result });
    if (result === "pushed") this.#commitsPerPush.observe(commits);
  }
}
