import { describe, expect, test } from "vitest";
import { planDeployment } from "./deployment-plan.ts";

const digest = `sha256:${"a".repeat(64)}`;
const other = `sha256:${"b".repeat(64)}`;
const deployment = { sequence: 3, name: "production-auth-3", digest };
const commit = "c".repeat(40);

describe("planDeployment", () => {
  test.each([
    { status: undefined, plan: { type: "begin" }, because: "nothing was ever begun" },
    {
      status: { deployment },
      plan: { type: "resume", sequence: 3, name: "production-auth-3" },
      because: "it was begun, and its commit is not known",
    },
    {
      status: { deployment, git: { commit, path: "p", deployment: "production-auth-2" } },
      plan: { type: "resume", sequence: 3, name: "production-auth-3" },
      because: "the commit that is known is an earlier one's",
    },
    {
      status: { deployment, git: { commit, path: "p", deployment: "production-auth-3" } },
      plan: { type: "settled" },
      because: "its commit is known",
    },
    {
      status: { deployment: { ...deployment, digest: other } },
      plan: { type: "begin" },
      because: "what was begun deploys another image",
    },
  ])("$plan.type, because $because", ({ status, plan }) => {
    expect(planDeployment(status, digest)).toEqual(plan);
  });
});
