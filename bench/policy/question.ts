import {
  environmentKind,
  parseSpec,
  type ReleaseApproval,
  releaseKind,
  releasePointerKind,
} from "../../src/api/index.ts";
import type { PolicyInput } from "../../src/policy/index.ts";

const digest = `sha256:${"a".repeat(64)}`;
const commit = "a".repeat(40);
const day = 86_400_000;

/** A release that production lets in after every one of its rules has looked at it. */
export function question(now: Date): PolicyInput {
  const ago = (days: number) => new Date(now.getTime() - days * day);
  return {
    environment: {
      metadata: metadata("production"),
      spec: parseSpec(environmentKind, {
        promotionPolicy: {
          requireVerifiedSource: true,
          allowedTriggers: ["Tag", "Manual"],
          allowedBranches: ["hotfix/*", "release/*", "main"],
          allowedTags: ["nightly-*", ">=1.2.0 <2"],
          requiresApproval: true,
          approvals: { required: 2, expireAfter: "72h" },
          promotesFrom: [{ environment: "dev" }, { environment: "staging", soak: "24h" }],
          freezes: [
            { cron: "0 18 * * 5", duration: "62h", timeZone: "Europe/Berlin" },
            { cron: "0 0 24 12 *", duration: "192h", timeZone: "Europe/Berlin" },
          ],
        },
        gitOps: { url: "https://git.example.com/gitops.git" },
      }),
    },
    release: {
      metadata: metadata("auth-service"),
      spec: parseSpec(releaseKind, {
        repository: "company/monorepo",
        project: "auth-service",
        commit,
        trigger: { type: "BranchPush", branch: "main", actor: "carol@company.com" },
        source: { manifests: "x" },
      }),
      status: {
        number: 42,
        triggers: [
          { type: "BranchPush", branch: "main", actor: "carol@company.com" },
          { type: "Tag", tag: "auth-service/v1.4.0", branch: "main", actor: "carol@company.com" },
        ],
        image: { ref: "r", digest, size: 1, resourcesDigest: digest, metadataDigest: digest },
        conditions: [
          {
            type: "SourceVerified",
            status: "True",
            lastTransitionTime: "2026-01-01T00:00:00Z",
            reason: "Verified",
            message: "",
          },
        ],
      },
    },
    pointer: {
      spec: parseSpec(releasePointerKind, {
        environment: "production",
        repository: "company/monorepo",
        project: "auth-service",
        release: "v1.4.0",
        request: { type: "Promote", by: "alice@company.com", reason: "weekly release" },
      }),
      status: { deployed: { commit, number: 41, digest: `sha256:${"b".repeat(64)}` } },
    },
    approvals: ["bob", "dave", "erin"].map((name) => approval(name, ago(1))),
    runs: ["dev", "staging", "production"].flatMap((environment) =>
      [50, 40, 30, 20, 3].map((days, index) => ({
        environment,
        digest: index === 4 ? digest : `sha256:${String(index).repeat(64)}`,
        number: 38 + index,
        from: ago(days),
        ...(index < 4 && { until: ago(days - 5) }),
        health: { healthySince: ago(days) },
      })),
    ),
    now,
  };
}

function approval(name: string, created: Date): Pick<ReleaseApproval, "metadata" | "spec"> {
  return {
    metadata: { ...metadata(name), creationTimestamp: created.toISOString() },
    spec: {
      environment: "production",
      release: { repository: "company/monorepo", project: "auth-service", commit, digest },
      decision: "Approve",
      approver: `${name}@company.com`,
      justification: "Tested on staging.",
    },
  };
}

function metadata(name: string) {
  return {
    name,
    namespace: "team",
    uid: name,
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
}
