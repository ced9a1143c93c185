import { environmentKind, parseSpec, releaseKind, releasePointerKind } from "../../api/index.ts";
import { rulesOf } from "../bound-approval.ts";
import type { Judgement, PolicyInput, Run } from "../decision.ts";
import { instant } from "../instant.ts";

export const digest = `sha256:${"a".repeat(64)}`;
export const otherDigest = `sha256:${"b".repeat(64)}`;
export const commit = "a".repeat(40);
/** A Saturday. */
export const now = new Date("2026-11-21T12:00:00Z");

export interface GivenApproval {
  readonly name?: string;
  readonly approver?: string;
  readonly decision?: "Approve" | "Reject";
  readonly justification?: string;
  readonly created?: string;
  readonly expiresAt?: string;
  readonly revoked?: { readonly reason: string };
  readonly environment?: string;
  readonly release?: object;
  /** Generation of production, which is at 1, that its author saw. */
  readonly generation?: number;
  /** The rules that it is bound to: those of now unless given; null where nobody bound it yet. */
  readonly bound?: { readonly rules?: object } | null;
}

export interface GivenRun extends Omit<Partial<Run>, "from" | "until" | "health" | "rolledBackAt"> {
  readonly from: string;
  readonly until?: string;
  readonly rolledBackAt?: string;
  /** null: nobody healthy yet; a time: healthy since then. */
  readonly healthySince?: string | null;
}

/** What a test says of a question to the policy; all else is release 2 of auth, asked for by hand. */
export interface Given {
  readonly policy?: Record<string, unknown>;
  readonly environment?: Record<string, unknown>;
  readonly pointer?: Record<string, unknown>;
  readonly request?: Record<string, unknown>;
  readonly deployed?: number;
  readonly number?: number;
  readonly triggers?: readonly Record<string, unknown>[];
  readonly sourceVerified?: "True" | "False" | "Unknown";
  readonly approvals?: readonly GivenApproval[];
  readonly runs?: readonly GivenRun[];
  readonly now?: string;
}

export function policyInput(given: Given): PolicyInput {
  const triggers = given.triggers ?? [{ type: "BranchPush", branch: "main", actor: "carol" }];
  const reason = given.sourceVerified === "True" ? "Verified" : "NotChecked";
  const conditions = [
    {
      type: "SourceVerified",
      status: given.sourceVerified ?? "Unknown",
      lastTransitionTime: "2026-01-01T00:00:00Z",
      reason,
      message: "",
    },
  ] as const;
  const { number = 2, deployed } = given;
  const environment = {
    metadata: metadata("production"),
    spec: parseSpec(environmentKind, {
      promotionPolicy: given.policy ?? {},
      gitOps: { url: "https://git.example.com/gitops.git" },
      ...given.environment,
    }),
  };
  return {
    environment,
    release: {
      metadata: metadata("auth"),
      spec: parseSpec(releaseKind, {
        repository: "company/monorepo",
        project: "auth",
        commit,
        trigger: triggers[0],
        source: { git: { url: "https://git.example.com/company/monorepo.git" } },
      }),
      status: {
        number,
        triggers: triggers.map((trigger) => ({ verification: reason, ...trigger })) as never,
        image: { ref: "r", digest, size: 1, resourcesDigest: digest, metadataDigest: digest },
        conditions: [...conditions],
      },
    },
    pointer: {
      spec: parseSpec(releasePointerKind, {
        environment: "production",
        repository: "company/monorepo",
        project: "auth",
        release: "2",
        request: { type: "Deploy", by: "alice", ...given.request },
        ...given.pointer,
      }),
      status:
        deployed === undefined
          ? {}
          : { deployed: { commit, number: deployed, digest: otherDigest } },
    },
    approvals: (given.approvals ?? []).map((one, index) =>
      approval(one, index, rulesOf(environment)),
    ),
    runs: (given.runs ?? []).map(run),
    now: new Date(given.now ?? now),
  };
}

/** When time alone may change a verdict, as a decision says it. */
export function untilOf({ evidence: { until } }: Judgement): string | undefined {
  return until !== undefined && Number.isFinite(until) ? instant(until) : undefined;
}

function metadata(name: string, creationTimestamp = "2026-01-01T00:00:00Z") {
  return {
    name,
    namespace: "team",
    uid: name,
    resourceVersion: "1",
    generation: 1,
    creationTimestamp,
  };
}

function approval(
  given: GivenApproval,
  index: number,
  rules: object,
): PolicyInput["approvals"][number] {
  const { expiresAt, revoked, generation, bound = { rules } } = given;
  return {
    status: bound === null ? {} : ({ policy: { generation: 1, ...bound } } as never),
    metadata: metadata(given.name ?? `approval-${index}`, given.created ?? "2026-11-21T11:00:00Z"),
    spec: {
      environment: given.environment ?? "production",
      release: {
        repository: "company/monorepo",
        project: "auth",
        commit,
        digest,
        ...given.release,
      },
      decision: given.decision ?? "Approve",
      approver: given.approver ?? "bob",
      justification: given.justification ?? "looks good",
      ...(expiresAt !== undefined && { expiresAt }),
      ...(revoked && { revoked }),
      ...(generation !== undefined && { environmentGeneration: generation }),
    },
  };
}

function run({ from, until, rolledBackAt, healthySince, ...given }: GivenRun): Run {
  return {
    environment: "staging",
    digest,
    number: 2,
    ...given,
    from: new Date(from),
    ...(until !== undefined && { until: new Date(until) }),
    ...(rolledBackAt !== undefined && { rolledBackAt: new Date(rolledBackAt) }),
    ...(healthySince !== undefined && {
      health: healthySince === null ? {} : { healthySince: new Date(healthySince) },
    }),
  };
}
