import type { Fact } from "../ports.ts";

/** The fact of a number: each is another one, of three tenants, projects and environments in turns. */
export function fact(number: number, over: Partial<Fact> = {}): Fact {
  const turn = number % 3;
  return {
    key: `Action/${number}`,
    kind: "Action",
    event: "Deploy",
    time: new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString(),
    namespace: `team-${turn}`,
    repository: "company/monorepo",
    project: `service-${turn}`,
    environment: ["dev", "staging", "production"][turn],
    actor: turn === 0 ? "alice" : "bob",
    subject: `production-service-${turn}`,
    details: { number },
    ...over,
  };
}

export function facts(from: number, to: number): Fact[] {
  return Array.from({ length: to - from + 1 }, (_, index) => fact(from + index));
}
