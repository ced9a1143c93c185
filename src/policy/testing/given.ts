import fc from "fast-check";
import { commit, digest, type Given, otherDigest } from "./policy-input.ts";

/**
 * Questions to the policy, of few enough values that rules meet: a person approves twice, a run
 * is of the image that is asked about, a freeze touches another.
 */
const hours = (from: number, to: number) =>
  fc
    .integer({ min: from * 60, max: to * 60 })
    .map((minutes) =>
      new Date(Date.parse("2026-11-21T12:00:00Z") + minutes * 60_000).toISOString(),
    );

const people = fc.constantFrom("alice", "bob", "carol", "dave");
const reason = { reason: "because" };
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const image = fc.constantFrom(digest, digest, digest, otherDigest);

export const anyTrigger = fc.constantFrom(
  { type: "Tag", tag: "auth/v1.2.3", actor: "carol" },
  { type: "BranchPush", branch: "main", actor: "dave" },
  { type: "BranchPush", branch: "feature/x" },
  { type: "Manual" },
);

/** Rules than which those of most questions are looser. */
const loosened = {
  promotionPolicy: {
    ...{ requireVerifiedSource: true, requiresApproval: true, autoDeploy: false },
    ...{ allowedTriggers: [], allowedBranches: [], allowedTags: [] },
    ...{ promotesFrom: [], promotesFromMatch: "All", freezes: [] },
  },
  rollback: { requiresApproval: true, duringFreeze: false },
} as const;

export const anyApproval = fc
  .record(
    {
      name: fc.constantFrom("a", "b", "c", "d", "e"),
      approver: people,
      decision: fc.constantFrom("Approve", "Approve", "Approve", "Approve", "Reject"),
      created: hours(-90, 0),
      expiresAt: hours(-2, 90),
      environment: fc.constantFrom("production", "production", "production", "staging"),
      release: image.map((known) => ({ digest: known, commit })),
      kept: fc.constantFrom(true, true, true, false),
      generation: fc.constantFrom(1, 1, 2),
      bound: fc.constantFrom(null, {}, { rules: loosened }),
    },
    { requiredKeys: ["name", "approver", "decision", "created", "kept"] },
  )
  .map(({ kept, ...given }) => ({ ...given, ...(!kept && { revoked: reason }) }));

const anyRun = fc
  .record({
    environment: fc.constantFrom("staging", "canary", "production"),
    digest: image,
    from: hours(-90, 1),
    until: optional(hours(-80, 0)),
    healthySince: fc.option(hours(-90, 1), { nil: undefined }),
    sick: fc.boolean(),
    rolledBack: fc.constantFrom(false, false, false, true),
  })
  .map(({ sick, until, healthySince, rolledBack, ...run }) => ({
    ...run,
    ...(until !== undefined && until > run.from && { until }),
    ...(rolledBack && until !== undefined && { rolledBackAt: until }),
    ...(sick ? { healthySince: null } : healthySince !== undefined && { healthySince }),
  }));

export const anyFreeze = fc.constantFrom(
  { cron: "0 18 * * 5", duration: "62h", timeZone: "Europe/Berlin" },
  { cron: "0 12 * * 1-5", duration: "1h30m", timeZone: "America/New_York" },
  { cron: "30 2 * * *", duration: "1h", timeZone: "Europe/Berlin" },
  { cron: "0 0 24 12 *", duration: "72h" },
  { cron: "0 0 21 * *", duration: "24h" },
);

const anyPolicy = fc.record(
  {
    requireVerifiedSource: fc.boolean(),
    allowedTriggers: fc.uniqueArray(fc.constantFrom("Tag", "BranchPush", "Manual")),
    allowedBranches: fc.uniqueArray(fc.constantFrom("main", "feature/*", "**")),
    allowedTags: fc.uniqueArray(fc.constantFrom("auth/*", "v*", ">=1.2.0 <2", ">=2", ">=no")),
    requiresApproval: fc.constantFrom(true, true, true, false),
    approvals: fc.record(
      {
        required: fc.integer({ min: 1, max: 3 }),
        expireAfter: fc.constantFrom("1h", "72h"),
        allowSelfApproval: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    promotesFrom: fc.uniqueArray(
      fc.record(
        { environment: fc.constantFrom("staging", "canary"), soak: fc.constantFrom("1h", "48h") },
        { requiredKeys: ["environment"] },
      ),
      { selector: ({ environment }) => environment, maxLength: 2 },
    ),
    promotesFromMatch: fc.constantFrom("All", "Any"),
    freezes: fc.array(
      fc.oneof(
        { weight: 20, arbitrary: anyFreeze },
        {
          weight: 1,
          arbitrary: fc.constant({ cron: "61 0 * * *", duration: "1h" }),
        },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);

const anyLock = fc.record({ ...reasonField(), by: people }, { requiredKeys: ["reason"] });

function reasonField() {
  return { reason: fc.constant(reason.reason) };
}

export const anyGiven: fc.Arbitrary<Given> = fc.record(
  {
    policy: anyPolicy,
    environment: fc.record(
      {
        lock: anyLock,
        rollback: fc.record(
          { requiresApproval: fc.boolean(), duringFreeze: fc.boolean() },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
    pointer: fc.record({ lock: anyLock, hold: anyLock }, { requiredKeys: [] }),
    request: fc.record(
      {
        type: fc.constantFrom("Deploy", "Promote", "Rollback"),
        by: people,
        automatic: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    deployed: fc.integer({ min: 1, max: 3 }),
    triggers: fc.array(anyTrigger, { minLength: 1, maxLength: 3 }),
    sourceVerified: fc.constantFrom("True", "False", "Unknown"),
    approvals: fc.array(anyApproval, { maxLength: 5 }),
    runs: fc.array(anyRun, { maxLength: 4 }),
    now: hours(-200, 200),
  },
  { requiredKeys: [] },
);
