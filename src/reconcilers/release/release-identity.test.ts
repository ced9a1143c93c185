import { describe, expect, test } from "vitest";
import type { Release, ReleaseStatus } from "../../api/index.ts";
import { isPlaced, planIdentity } from "./release-identity.ts";

function release(name: string, manifests: string, status?: Partial<ReleaseStatus>): Release {
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "Release",
    metadata: {
      name,
      namespace: "team",
      uid: name,
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    spec: {
      repository: "company/monorepo",
      project: "auth",
      commit: "a".repeat(40),
      trigger: { type: "Manual" },
      artifacts: [],
      source: { manifests },
    },
    ...(status && { status: status as ReleaseStatus }),
  };
}

const stalled: Partial<ReleaseStatus> = {
  number: 1,
  conditions: [
    { type: "Stalled", status: "True", reason: "x", message: "", lastTransitionTime: "" },
    { type: "Rendered", status: "False", reason: "x", message: "", lastTransitionTime: "" },
  ],
};
const candidate = release("second", "a");

describe("planIdentity", () => {
  test.each([
    { others: [], plan: "fresh", because: "nobody else has the commit" },
    { others: [candidate], plan: "fresh", because: "it is not compared with itself" },
    { others: [release("first", "a")], plan: "fresh", because: "the other is not numbered" },
    {
      others: [release("first", "a", { number: 1 })],
      plan: "join",
      because: "the content is equal",
    },
    {
      others: [release("first", "b", { number: 1 })],
      plan: "conflict",
      because: "the content differs",
    },
    {
      others: [release("first", "b", stalled)],
      plan: "replace",
      because: "the first failed, whatever its content",
    },
    {
      others: [release("first", "b", stalled), release("third", "a", { number: 1 })],
      plan: "join",
      because: "one that stands comes before one that failed",
    },
    {
      others: [release("first", "b", { ...stalled, replacedBy: "second" })],
      plan: "replace",
      because: "a replacement that was half done is finished",
    },
    {
      others: [release("first", "b", { ...stalled, replacedBy: "third" })],
      plan: "fresh",
      because: "what was replaced no longer counts",
    },
    {
      others: [release("first", "b", { ...stalled, conditions: stalled.conditions?.slice(0, 1) })],
      plan: "conflict",
      because: "the first was only refused its number, and has it now",
    },
    {
      others: [release("first", "a", { number: 1, joined: "zeroth" })],
      plan: "fresh",
      because: "what joined another does not stand for itself",
    },
  ])("$plan, because $because", ({ others, plan }) => {
    expect(planIdentity(candidate, others).type).toBe(plan);
  });

  test("content is compared without regard to the order of artifacts and keys", () => {
    const artifact = (name: string) => ({ name, type: "container-image", uri: name });
    const one = { ...candidate.spec, artifacts: [artifact("a"), artifact("b")] };
    const two = {
      ...candidate.spec,
      artifacts: [{ uri: "b", type: "container-image", name: "b" }, artifact("a")],
    };
    const first = { ...release("first", "a", { number: 1 }), spec: one };
    expect(planIdentity({ ...candidate, spec: two }, [first]).type).toBe("join");
  });
});

describe("isPlaced", () => {
  const first = release("first", "a", { number: 1 });
  const joined = release("second", "a", { number: 1, joined: "first" });

  test.each([
    { of: release("x", "a"), placed: false, because: "nothing was decided" },
    { of: first, placed: true, because: "it has a number of its own" },
    { of: joined, others: [first], placed: true, because: "the one that it joined stands" },
    { of: joined, others: [], placed: false, because: "the one that it joined is gone" },
    {
      of: joined,
      others: [release("first", "a", stalled)],
      placed: false,
      because: "the one that it joined failed",
    },
    {
      of: joined,
      others: [{ ...first, spec: { ...first.spec, commit: "b".repeat(40) } }],
      placed: false,
      because: "another commit came under the name",
    },
    {
      of: joined,
      others: [release("first", "a")],
      placed: false,
      because: "another Release came under the name, and has no number",
    },
    {
      of: joined,
      others: [release("first", "a", { number: 2 })],
      placed: false,
      because: "another Release came under the name, and has another number",
    },
    {
      of: joined,
      others: [release("first", "a", { number: 1, replacedBy: "third" })],
      placed: false,
      because: "the one that it joined was replaced",
    },
    {
      of: release("second", "b", { conflictsWith: "first" }),
      others: [],
      placed: false,
      because: "what it conflicted with is gone",
    },
  ])("$placed, because $because", ({ of, others = [], placed }) => {
    expect(isPlaced(of, (name) => others.find(({ metadata }) => metadata.name === name))).toBe(
      placed,
    );
  });
});
