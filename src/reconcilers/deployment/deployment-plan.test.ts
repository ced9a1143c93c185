import { describe, expect, test } from "vitest";
import { parseSpec, releasePointerKind } from "../../api/index.ts";
import { planDeployment, sequenceOf } from "./deployment-plan.ts";

const commit = "c".repeat(40);
const digest = `sha256:${"a".repeat(64)}`;
const target = { url: "https://git.example.com/a.git", branch: "main", path: "{environment}" };
const deployment = {
  sequence: 3,
  name: "production-auth-3",
  commit,
  number: 7,
  digest,
  target,
} as const;
const git = (name: string) => ({ commit, path: "p", deployment: name });

describe("planDeployment", () => {
  test.each([
    { status: undefined, plan: "begin", because: "nothing was ever begun" },
    { status: { deployment }, plan: "resume", because: "its commit is not known" },
    {
      status: { deployment, git: git("production-auth-2") },
      plan: "resume",
      because: "the commit that is known is an earlier one's",
    },
    {
      status: { deployment, git: git("production-auth-3") },
      plan: "settled",
      because: "its commit is known",
    },
    {
      status: { deployment: { ...deployment, digest: `sha256:${"b".repeat(64)}` } },
      plan: "begin",
      because: "what was begun deploys another image",
    },
    {
      status: {
        deployment: { ...deployment, target: { ...target, branch: "next" } },
        git: git("production-auth-3"),
      },
      plan: "begin",
      because: "the environment has moved to another branch",
    },
  ])("$plan, because $because", ({ status, plan }) => {
    expect(planDeployment(status, { digest, target })).toBe(plan);
  });
});

describe("sequenceOf", () => {
  const spec = parseSpec(releasePointerKind, {
    environment: "dev",
    repository: "company/monorepo",
    project: "auth-service",
    release: "1",
  });

  test.each([
    { name: "dev-auth-service-086668ff-12", sequence: 12, because: "it is this pointer's" },
    { name: undefined, sequence: 0, because: "there is none" },
    { name: "dev-billing-086668ff-12", sequence: 0, because: "it is another project's" },
    {
      name: "dev-auth-service-086668ff-2147483647",
      sequence: 0,
      because: "no deployment could follow it",
    },
    { name: "dev-auth-service-086668ff-x", sequence: 0, because: "it is no number" },
  ])("$sequence of $name, because $because", ({ name, sequence }) => {
    expect(sequenceOf(spec, name)).toBe(sequence);
  });
});
