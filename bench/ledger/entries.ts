import type { Fact } from "../../src/ledger/index.ts";

const environments = ["dev", "staging", "production"];
const projects = 200;

/** The nth fact of a cluster with many projects; few of all are what a person did over the API. */
export function fact(number: number): Fact {
  const project = `service-${number % projects}`;
  const environment = environments[number % 3] ?? "";
  const isAction = number % 50 === 0;
  return {
    key: `bench/${number}`,
    kind: isAction ? "Action" : "Deployment",
    event: isAction ? "Deploy" : "Begun",
    time: new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString(),
    namespace: `team-${number % 20}`,
    repository: "company/monorepo",
    project,
    environment,
    actor: `user-${number % 97}`,
    subject: `${environment}-${project}-${number}`,
    details: {
      request: { type: "Deploy", by: `user-${number % 97}`, reason: "a new version" },
      release: { commit: "c".repeat(40), number, digest: `sha256:${"d".repeat(64)}` },
      decision: { allowed: true, rules: [{ rule: "branches", passed: true, message: "main" }] },
    },
  };
}

export function facts(from: number, count: number): Fact[] {
  return Array.from({ length: count }, (_, index) => fact(from + index));
}
