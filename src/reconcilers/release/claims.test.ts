import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Claim, Release, ReleaseStatus, Trigger } from "../../api/index.ts";
import { isSameClaim } from "../../triggers/index.ts";
import { boundedClaims, contributedClaims, dueClaims, withClaim } from "./claims.ts";

type Given = Partial<Omit<ReleaseStatus, "conditions">> & {
  readonly trigger?: Trigger;
  readonly verified?: string;
  readonly inline?: boolean;
};

function release(name: string, { trigger, verified, inline, ...status }: Given = {}): Release {
  const state = { Verified: "True", SourceNotVerified: "False" }[verified ?? ""] ?? "Unknown";
  const condition = { type: "SourceVerified", status: state, reason: verified, message: "" };
  return {
    metadata: { name, uid: name, namespace: "team" },
    spec: {
      project: "auth",
      trigger: trigger ?? { type: "Manual" },
      source: inline ? { manifests: "x" } : { git: { url: "https://git.test/a", path: "" } },
    },
    status: { number: 1, ...status, conditions: verified === undefined ? [] : [condition] },
  } as unknown as Release;
}

const push = { type: "BranchPush", branch: "main" } as const;
const tag = { type: "Tag", tag: "auth/v1.0.0" } as const;
const verified = (trigger: Trigger): Claim => ({ ...trigger, verification: "Verified" });
const unchecked = (trigger: Trigger): Claim => ({ ...trigger, verification: "NotChecked" });

describe("contributedClaims", () => {
  test.each([
    {
      other: { joined: "first", trigger: tag, verified: "Verified" },
      claims: [verified(tag)],
      because: "a joined claim was verified",
    },
    {
      other: { joined: "first", trigger: tag, verified: "SourceNotVerified" },
      claims: [],
      because: "the claim is false",
    },
    { other: { joined: "first", trigger: tag }, claims: [], because: "it is not verified yet" },
    {
      other: { joined: "first", trigger: tag, verified: "NotChecked", inline: true },
      claims: [unchecked(tag)],
      because: "nobody can verify it, and it says so",
    },
    {
      other: { joined: "second", trigger: tag, verified: "Verified" },
      claims: [],
      because: "it joined another one",
    },
    {
      other: { replacedBy: "first", trigger: tag, verified: "Verified" },
      claims: [verified(tag)],
      because: "a failed one that was replaced had a verified claim",
    },
    {
      other: { replacedBy: "first", trigger: tag, verified: "NotChecked", inline: true },
      claims: [],
      because: "an unverifiable claim does not go over to other content",
    },
    {
      other: { joined: "first", number: 2, trigger: tag, verified: "Verified" },
      claims: [],
      because: "it joined a Release that had the name before",
    },
    {
      first: { inline: true },
      other: { joined: "first", trigger: tag, verified: "Verified" },
      claims: [],
      because: "a verified claim speaks of the commit, and the content is not read from it",
    },
    {
      first: { inline: true },
      other: { replacedBy: "first", trigger: tag, verified: "Verified" },
      claims: [],
      because: "inline manifests that replace a failed source are verified by none of its claims",
    },
  ])("$because", ({ first = {}, other, claims }) => {
    const found = contributedClaims(release("first", first), [release("other", other)]);
    expect(found.map(({ claim }) => claim)).toEqual(claims);
  });
});

describe("withClaim", () => {
  test.each([
    { before: [], added: verified(tag), after: [verified(tag)], because: "it is new" },
    {
      before: [verified(push)],
      added: { ...verified(push), actor: "bob", time: "2" },
      after: [verified(push)],
      because: "who and when make no other claim",
    },
    {
      before: [unchecked(push)],
      added: verified(push),
      after: [verified(push)],
      because: "a verified claim takes the place of the same one unverified",
    },
    {
      before: [verified(push)],
      added: unchecked(push),
      after: [verified(push)],
      because: "a verified claim stays",
    },
  ])("$because", ({ before, added, after }) => {
    expect(withClaim(before, added)).toEqual(after);
  });
});

test("claims that nobody can verify never take the room of verified ones", () => {
  const branch = (index: number) => ({ type: "BranchPush", branch: `b${index}` }) as const;
  const noise = Array.from({ length: 60 }, (_, index) => unchecked(branch(index)));
  const kept = boundedClaims([unchecked(push), ...noise, verified(tag)]);
  expect(kept.slice(0, 2)).toEqual([unchecked(push), verified(tag)]);
  expect(kept.length).toBeLessThan(noise.length);
});

describe("dueClaims", () => {
  const recorded = release("first", { trigger: push, verified: "Verified", triggers: [push, tag] });

  test("what an older version took over from others counts after it was verified alone", () => {
    expect(dueClaims(recorded, undefined, [])).toEqual([verified(push)]);
    expect(dueClaims(recorded, undefined, [verified(tag)])).toEqual([
      verified(push),
      verified(tag),
    ]);
  });

  const claim = fc.constantFrom<Trigger>(push, tag, { type: "Manual" }, { ...tag, branch: "main" });
  const outcome = fc.constantFrom("Verified", "NoProjectUrl", "SourceNotVerified", undefined);
  const step = fc.record({
    trigger: claim,
    verified: outcome,
    place: fc.constantFrom({ joined: "first" }, { replacedBy: "first" }, { joined: "other" }, {}),
  });

  test("in every sequence of Releases of a commit, what is listed was verified or cannot be", () => {
    fc.assert(
      fc.property(claim, outcome, fc.array(step, { maxLength: 12 }), (trigger, own, steps) => {
        const first = release("first", { trigger, ...(own && { verified: own }) });
        let triggers: Claim[] = [];
        const others: Release[] = [];
        for (const { place, verified: found, ...given } of steps) {
          others.push(
            release(`other-${others.length}`, {
              ...given,
              ...place,
              ...(found && { verified: found }),
            }),
          );
          const current = { ...first, status: { ...first.status, triggers } } as Release;
          const claims = contributedClaims(current, others).map((each) => each.claim);
          const mine = own === undefined || own === "SourceNotVerified" ? undefined : own;
          const ownClaim = mine && { ...trigger, verification: mine };
          triggers = dueClaims(current, ownClaim, claims);
          for (const listed of triggers) {
            const sources = [
              { trigger, verified: own, place: {} },
              ...steps.slice(0, others.length),
            ];
            const made = sources.filter((each) => isSameClaim(each.trigger, listed));
            expect(listed.verification).toBeDefined();
            expect(made.map((each) => each.verified)).toContain(listed.verification);
          }
        }
      }),
    );
  });
});
