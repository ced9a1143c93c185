import { describe, expect, test } from "vitest";
import type { Fact } from "../ports.ts";
import { approval, deployment, pointer, release } from "../testing/objects.ts";
import { loggedDeploymentFacts } from "./deployment-facts.ts";
import { factsOf, lastFactsOf, type RecordedObject } from "./facts-of.ts";
import { imageFacts } from "./image-facts.ts";

const stalled = {
  ...{ type: "Stalled", status: "True" as const, reason: "InvalidManifest", message: "No." },
  lastTransitionTime: "2026-01-01T00:00:09Z",
};
const events = (facts: readonly Fact[]) =>
  facts.map(({ event, time }) => `${event} ${time?.slice(17, 19) ?? "-"}`);

describe("what an object tells", () => {
  const git = { commit: "c".repeat(40), path: "dev/apps/auth/release.yaml" };
  const at = (n: number) => `2026-01-01T00:00:${n}Z`;

  test.each<{ because: string; object: RecordedObject; tells: readonly string[] }>([
    {
      because: "a release with its image",
      object: release(),
      tells: ["Requested 01", "Packaged 03", "Named -"],
    },
    {
      because: "one that waits",
      object: release({ image: undefined, conditions: [] }),
      tells: ["Requested 01"],
    },
    {
      because: "one that joined another",
      object: release({ image: undefined, joined: "first", conditions: [stalled] }),
      tells: ["Requested 01", "Joined -"],
    },
    {
      because: "one that failed",
      object: release({ image: undefined, conditions: [stalled] }),
      tells: ["Requested 01", "Failed 09"],
    },
    { because: "a deployment that began", object: deployment(1), tells: ["Begun 10"] },
    {
      because: "one that was replaced",
      object: deployment(1, { outcome: "Superseded", git, committedAt: at(12), endedAt: at(20) }),
      tells: ["Begun 10", "Committed 12", "Superseded 20"],
    },
    {
      because: "one that failed",
      object: deployment(1, { outcome: "Failed", conditions: [stalled] }),
      tells: ["Begun 10", "Failed 09"],
    },
    { because: "an approval", object: approval(), tells: ["Approved 05"] },
    { because: "a rejection", object: approval({ decision: "Reject" }), tells: ["Rejected 05"] },
    {
      because: "one that was taken back",
      object: approval({ revoked: { by: "dave", reason: "Too early." } }),
      tells: ["Approved 05", "Revoked -"],
    },
    {
      because: "a pointer that is refused",
      object: pointer([{ rule: "lock", passed: false, message: "It is locked." }]),
      tells: ["Refused 07"],
    },
    { because: "a pointer nobody judged", object: { ...pointer([]), status: {} }, tells: [] },
  ])("$because: $tells", ({ object, tells }) => {
    expect(events(factsOf(object))).toEqual(tells);
    expect(new Set(factsOf(object).map(({ key }) => key)).size).toBe(tells.length);
  });

  test("is whose word it rests on", () => {
    const actors = [release(), deployment(1), approval()].map(
      (object) => factsOf(object)[0]?.actor,
    );
    expect(actors).toEqual(["alice", "bob", "carol"]);
  });

  test("holds no manifests", () => {
    expect(JSON.stringify(factsOf(release()))).not.toContain("ConfigMap");
  });

  const refusal = (message: string) => ({ rule: "approvals", passed: false, message });
  const branch = (message: string) => ({ rule: "branches", passed: true, message });
  test.each([
    {
      because: "the same again",
      other: pointer([branch("main"), refusal("0 of 2")]),
      isNew: false,
    },
    {
      because: "other words of a rule that passes",
      other: pointer([branch("other"), refusal("0 of 2")]),
      isNew: false,
    },
    {
      because: "other words of a refusal",
      other: pointer([branch("main"), refusal("1 of 2")]),
      isNew: true,
    },
    {
      because: "refused anew after it was allowed",
      other: pointer([branch("main"), refusal("0 of 2")], 9),
      isNew: true,
    },
  ])("a decision is another one: $because, $isNew", ({ other, isNew }) => {
    const [first] = factsOf(pointer([branch("main"), refusal("0 of 2")]));
    expect(factsOf(other)[0]?.key !== first?.key).toBe(isNew);
  });

  test("an approval that was deleted says so, once", () => {
    expect(events(lastFactsOf(approval()))).toEqual(["Approved 05", "Deleted -"]);
    expect(events(lastFactsOf(release()))).toEqual(events(factsOf(release())));
  });
});

describe("what Git and the registry tell", () => {
  const keys = (facts: readonly Fact[]) => facts.map(({ key }) => key);

  test("of a deployment are the facts of its record", () => {
    const { metadata, spec } = deployment(3);
    const facts = loggedDeploymentFacts("team", {
      ...{
        id: metadata.name,
        environment: "dev",
        repository: spec.repository,
        project: spec.project,
      },
      ...{ ...spec.release, type: "Deploy", by: "bob", sequence: 3 },
      ...{ gitCommit: "c".repeat(40), path: "p", time: "2026-01-01T00:00:12Z" },
    });
    const git = { commit: "c".repeat(40), path: "p" };
    const record = deployment(3, { outcome: "Active", git, committedAt: "2026-01-01T00:00:12Z" });
    expect(keys(facts)).toEqual(keys(factsOf(record)));
    expect(facts[1]).toEqual(factsOf(record)[1]);
  });

  test("of an image are the facts of its release", () => {
    const { spec, status } = release();
    const image = { ref: "r/a:b", digest: status?.image?.digest ?? "" };
    const aliases = [{ type: "Tag", value: "v1.2.3" }];
    const facts = imageFacts("team", { ...image, release: { number: 1, aliases }, source: spec });
    expect(keys(facts)).toEqual(keys(factsOf(release())).slice(1));
  });
});
