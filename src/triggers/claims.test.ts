import { describe, expect, test } from "vitest";
import type { Claim, Release } from "../api/index.ts";
import { claimsOf, isVerifiedAlias } from "./claims.ts";

const tag = { type: "Tag", tag: "auth/v1.0.0" } as const;
const push = { type: "BranchPush", branch: "main" } as const;
const verified = (claim: Claim): Claim => ({ ...claim, verification: "Verified" });
const unchecked = (claim: Claim): Claim => ({ ...claim, verification: "NotChecked" });

interface Given {
  readonly triggers?: readonly Claim[];
  /** Reason of SourceVerified, which speaks of the tag, the release's own trigger. */
  readonly own?: string;
  readonly source?: object;
}

function release({ triggers, own, source = { git: { url: "https://git.test/a" } } }: Given) {
  const status = own === "Verified" ? "True" : "Unknown";
  const conditions = own === undefined ? [] : [{ type: "SourceVerified", status, reason: own }];
  return {
    spec: { project: "auth", trigger: tag, source },
    status: { number: 1, triggers, aliases: [{ type: "Tag", value: "v1.0.0" }], conditions },
  } as unknown as Release;
}

describe("claimsOf", () => {
  test.each<Given & { claims: Claim[]; because: string }>([
    { claims: [], because: "nothing is listed before it was verified" },
    {
      triggers: [verified(tag), unchecked(push)],
      claims: [verified(tag), unchecked(push)],
      because: "each has its own verification",
    },
    {
      triggers: [verified(tag)],
      source: { manifests: "" },
      claims: [unchecked(tag)],
      because: "inline manifests are verified by no claim of their commit",
    },
    {
      triggers: [verified(tag)],
      source: { oci: { ref: "r" } },
      claims: [unchecked(tag)],
      because: "nor is a snapshot",
    },
    {
      triggers: [tag],
      own: "Verified",
      claims: [verified(tag)],
      because: "the condition speaks of what an older version listed as the own trigger",
    },
    { triggers: [tag], claims: [], because: "nobody verified what an older version listed" },
    {
      triggers: [push],
      own: "Verified",
      claims: [],
      because: "the condition speaks of the own trigger alone",
    },
  ])("$because", ({ claims, ...given }) => {
    expect(claimsOf(release(given))).toEqual(claims);
  });
});

test.each<Given & { is: boolean; because: string }>([
  { triggers: [verified(tag)], is: true, because: "its tag was verified" },
  { triggers: [unchecked(tag)], is: false, because: "its tag was not" },
  { triggers: [verified(push)], is: false, because: "no verified claim gives it" },
])("an alias is verified: $is, since $because", ({ is, ...given }) => {
  expect(isVerifiedAlias(release(given), "v1.0.0")).toBe(is);
});
