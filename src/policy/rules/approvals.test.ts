import { describe, expect, test } from "vitest";
import { rulesOf } from "../bound-approval.ts";
import { evaluate } from "../evaluate.ts";
import {
  type Given,
  type GivenApproval,
  otherDigest,
  policyInput,
  untilOf,
} from "../testing/policy-input.ts";
import { approvals } from "./approvals.ts";

const judge = (given: Given) => approvals.judge(policyInput(given));
const needsOne = { requiresApproval: true };
const needsTwo = { requiresApproval: true, approvals: { required: 2 } };

describe("approvals", () => {
  test.each<{
    because: string;
    policy?: Record<string, unknown>;
    request?: Record<string, unknown>;
    triggers?: readonly Record<string, unknown>[];
    given: readonly GivenApproval[];
    reason: string;
    counted?: readonly string[];
    until?: string;
  }>([
    { because: "nobody is asked", policy: {}, given: [], reason: "NotRequired" },
    { because: "nobody approved", given: [], reason: "ApprovalMissing" },
    { because: "bob approved", given: [{}], reason: "Approved", counted: ["bob"] },
    {
      because: "one of two is not enough",
      policy: needsTwo,
      given: [{}],
      reason: "ApprovalMissing",
      counted: ["bob"],
    },
    {
      because: "the same person counts once",
      policy: needsTwo,
      given: [{}, {}, {}],
      reason: "ApprovalMissing",
      counted: ["bob"],
    },
    {
      because: "two people are two",
      policy: needsTwo,
      given: [{ approver: "erin" }, {}],
      reason: "Approved",
      counted: ["bob", "erin"],
    },
    {
      because: "who asks does not count",
      given: [{ approver: "alice" }],
      reason: "ApprovalMissing",
    },
    {
      because: "who asks counts where the environment says so",
      policy: { requiresApproval: true, approvals: { allowSelfApproval: true } },
      given: [{ approver: "alice" }],
      reason: "Approved",
      counted: ["alice"],
    },
    {
      because: "who caused the release asks for what is automatic",
      request: { by: "forge", automatic: true },
      given: [{ approver: "carol" }],
      reason: "ApprovalMissing",
    },
    {
      because: "each who caused the release does",
      request: { by: "forge", automatic: true },
      triggers: [
        { type: "BranchPush", branch: "main", actor: "carol" },
        { type: "Tag", tag: "v1", actor: "dave" },
      ],
      given: [{ approver: "dave" }],
      reason: "ApprovalMissing",
    },
    {
      because: "who caused the release may approve what another asks for",
      given: [{ approver: "carol" }],
      reason: "Approved",
      counted: ["carol"],
    },
    {
      because: "nobody can be told apart from an unknown requester",
      request: { by: undefined },
      given: [{}],
      reason: "RequesterUnknown",
    },
    {
      because: "nobody can be told apart from an unknown cause",
      request: { by: "forge", automatic: true },
      triggers: [{ type: "Manual" }],
      given: [{}],
      reason: "RequesterUnknown",
    },
    {
      because: "it was taken back",
      given: [{ revoked: { reason: "mistaken" } }],
      reason: "ApprovalMissing",
    },
    {
      because: "it is for another image",
      given: [{ release: { digest: otherDigest } }],
      reason: "ApprovalMissing",
    },
    {
      because: "it is for another environment",
      given: [{ environment: "staging" }],
      reason: "ApprovalMissing",
    },
    {
      because: "it is for another project",
      given: [{ release: { project: "billing" } }],
      reason: "ApprovalMissing",
    },
    {
      because: "it is for another repository",
      given: [{ release: { repository: "company/other" } }],
      reason: "ApprovalMissing",
    },
    {
      because: "it is for another commit",
      given: [{ release: { commit: "c".repeat(40) } }],
      reason: "ApprovalMissing",
    },
    {
      because: "its own time is up this very moment",
      given: [{ expiresAt: "2026-11-21T12:00:00Z" }],
      reason: "ApprovalMissing",
    },
    {
      because: "its own time is up a moment later",
      given: [{ expiresAt: "2026-11-21T13:00:00.001+01:00" }],
      reason: "Approved",
      counted: ["bob"],
      until: "2026-11-21T12:00:00.001Z",
    },
    {
      because: "the environment's time is up, counted from its creation",
      policy: { requiresApproval: true, approvals: { expireAfter: "1h" } },
      given: [{ created: "2026-11-21T11:00:00Z" }],
      reason: "ApprovalMissing",
    },
    {
      because: "the earlier of both times counts",
      policy: { requiresApproval: true, approvals: { expireAfter: "2h" } },
      given: [{ created: "2026-11-21T11:00:00Z", expiresAt: "2026-12-01T00:00:00Z" }],
      reason: "Approved",
      counted: ["bob"],
      until: "2026-11-21T13:00:00Z",
    },
    {
      because: "of one person's approvals the one that lasts counts",
      given: [{ expiresAt: "2026-11-22T00:00:00Z" }, { expiresAt: "2026-11-23T00:00:00Z" }],
      reason: "Approved",
      counted: ["bob"],
      until: "2026-11-23T00:00:00Z",
    },
    {
      because: "two approvals count until the first of them ends",
      given: [
        { expiresAt: "2026-11-23T00:00:00Z" },
        { approver: "erin", expiresAt: "2026-11-22T00:00:00Z" },
      ],
      reason: "Approved",
      counted: ["bob", "erin"],
      until: "2026-11-22T00:00:00Z",
    },
    {
      because: "a rejection outweighs any approval",
      given: [{}, { approver: "erin" }, { approver: "frank", decision: "Reject" }],
      reason: "Rejected",
    },
    {
      because: "a rejection counts where no approval is needed",
      policy: {},
      given: [{ decision: "Reject" }],
      reason: "Rejected",
    },
    {
      because: "who asks may reject",
      given: [{}, { approver: "alice", decision: "Reject" }],
      reason: "Rejected",
    },
    {
      because: "a rejection that was taken back is none",
      given: [{}, { approver: "frank", decision: "Reject", revoked: { reason: "fixed" } }],
      reason: "Approved",
      counted: ["bob"],
    },
    {
      because: "a rejection outlasts the time that approvals have",
      policy: { requiresApproval: true, approvals: { expireAfter: "1h" } },
      given: [{ decision: "Reject", created: "2026-11-01T00:00:00Z" }],
      reason: "Rejected",
    },
    {
      because: "a rejection's own time is its end",
      given: [{ decision: "Reject", expiresAt: "2026-11-21T18:00:00Z" }],
      reason: "Rejected",
      until: "2026-11-21T18:00:00Z",
    },
    {
      because: "another image was rejected",
      given: [{}, { decision: "Reject", release: { digest: otherDigest } }],
      reason: "Approved",
      counted: ["bob"],
    },
  ])(
    "$reason, because $because",
    ({ policy = needsOne, given, reason, counted, until, ...rest }) => {
      const { request, triggers } = rest;
      const verdict = judge({
        policy,
        approvals: given,
        ...(request && { request }),
        ...(triggers && { triggers }),
      });
      expect(verdict).toMatchObject({
        reason,
        passed: ["Approved", "NotRequired"].includes(reason),
      });
      expect(verdict.evidence.approvals?.map(({ approver }) => approver) ?? []).toEqual(
        counted ?? [],
      );
      expect(untilOf(verdict)).toBe(until);
    },
  );

  test("says who approved, how many are missing and who cannot", () => {
    const policy = { requiresApproval: true, approvals: { required: 3 } };
    expect(judge({ policy, approvals: [{}, { approver: "erin" }] })).toMatchObject({
      message:
        "production needs 3 approvals of this image by others than alice; it has 2, by bob and erin.",
      evidence: { by: "bob, erin" },
    });
    expect(judge({ policy: needsOne }).message).toBe(
      "production needs 1 approval of this image by others than alice; it has none.",
    );
  });

  const strict = {
    promotionPolicy: { ...rulesOf(policyInput({ policy: needsTwo }).environment).promotionPolicy },
    rollback: { requiresApproval: true, duringFreeze: false },
  };

  test.each<{ because: string; given: GivenApproval; reason: string; says?: string }>([
    {
      because: "its rules are no looser now",
      given: { bound: { rules: rulesOf(policyInput({ policy: needsOne }).environment) } },
      reason: "Approved",
    },
    {
      because: "two had to approve when it was given",
      given: { bound: { rules: strict } },
      reason: "ApprovalMissing",
      says: "bob must approve again",
    },
    {
      because: "nobody knows the rules under which it was given",
      given: { bound: {} },
      reason: "ApprovalMissing",
      says: "bob must approve again",
    },
    {
      because: "its author saw the rules of now",
      given: { bound: null, generation: 1 },
      reason: "Approved",
    },
    {
      because: "its author saw other rules",
      given: { bound: null, generation: 2 },
      reason: "ApprovalMissing",
      says: "bob must approve again",
    },
    {
      because: "the environment was made again since",
      given: { bound: null, generation: 1, created: "2025-12-31T23:59:59Z" },
      reason: "ApprovalMissing",
      says: "bob must approve again",
    },
    {
      because: "the controller has not bound it yet",
      given: { bound: null },
      reason: "ApprovalMissing",
      says: "it has none.",
    },
  ])("$reason, because $because", ({ given, reason, says = "" }) => {
    const verdict = judge({ policy: needsOne, approvals: [given] });
    expect(verdict).toMatchObject({ reason, message: expect.stringContaining(says) });
  });

  test("a rejection binds whatever became of the rules", () => {
    const given = { decision: "Reject", bound: { rules: strict } } as const;
    expect(judge({ policy: needsOne, approvals: [given] })).toMatchObject({ reason: "Rejected" });
  });

  const run = { environment: "production", from: "2026-11-20T00:00:00Z" };
  test.each<{ because: string; runs: Given["runs"]; created?: string; reason: string }>([
    { because: "the image was replaced by a later one", runs: [run], reason: "Approved" },
    {
      because: "the image was rolled back from since",
      runs: [{ ...run, rolledBackAt: "2026-11-21T11:30:00Z" }],
      reason: "ApprovalMissing",
    },
    {
      because: "it was given after the rollback",
      runs: [{ ...run, rolledBackAt: "2026-11-21T10:30:00Z" }],
      reason: "Approved",
    },
    {
      because: "it was given in the second of the rollback",
      runs: [{ ...run, rolledBackAt: "2026-11-21T11:00:00Z" }],
      reason: "ApprovalMissing",
    },
    {
      because: "the rollback was in another environment",
      runs: [{ ...run, environment: "staging", rolledBackAt: "2026-11-21T11:30:00Z" }],
      reason: "Approved",
    },
    {
      because: "the rollback was from another image",
      runs: [{ ...run, digest: otherDigest, rolledBackAt: "2026-11-21T11:30:00Z" }],
      reason: "Approved",
    },
  ])("$reason, because $because", ({ runs = [], reason }) => {
    expect(judge({ policy: needsOne, approvals: [{}], runs })).toMatchObject({ reason });
  });

  test("says who rejected, and why", () => {
    const given = [{ approver: "frank", decision: "Reject" }] as const;
    expect(judge({ policy: needsOne, approvals: given })).toMatchObject({
      message: "frank rejected this image for production: looks good",
      evidence: { by: "frank" },
    });
  });

  test.each([
    { because: "going back must stay possible", requiresApproval: false, reason: "RollbackExempt" },
    { because: "a rollback needs approval here", requiresApproval: true, reason: "Rejected" },
  ])("a rejection and a rollback: $reason, because $because", ({ requiresApproval, reason }) => {
    const given: Given = {
      environment: { rollback: { requiresApproval } },
      request: { type: "Rollback" },
      approvals: [{ approver: "frank", decision: "Reject" }],
    };
    expect(judge(given)).toMatchObject({ reason });
  });

  test("the decision names the approvals that counted, and no more than a record keeps", () => {
    const many = Array.from({ length: 40 }, (_, index) => ({
      name: `ok-${index}`,
      approver: `p${index}`,
    }));
    const { approvals: counted } = evaluate(policyInput({ policy: needsOne, approvals: many }));
    expect(counted).toHaveLength(32);
    expect(counted[0]).toEqual({ name: "ok-0", approver: "p0" });
  });

  test("an image that nobody knows is approved by nobody", () => {
    const input = policyInput({ policy: needsOne, approvals: [{}] });
    const { image: _, ...status } = input.release.status ?? {};
    const verdict = approvals.judge({ ...input, release: { ...input.release, status } });
    expect(verdict).toMatchObject({ reason: "ApprovalMissing" });
  });
});
