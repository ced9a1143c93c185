import { evaluate, type PolicyInput } from "../../src/policy/index.ts";
import { atMost, median, type Result, type Row } from "../frame.ts";
import { question } from "./question.ts";

const runs = 11;
/** A Wednesday: no freeze is on. */
const now = new Date("2026-11-18T12:00:00Z");
const year = 365 * 86_400_000;

interface Case {
  readonly name: string;
  readonly count: number;
  readonly questions: (index: number) => PolicyInput;
}

/** How long a decision takes, while time goes on as it does, and where nothing is remembered. */
export function measureDecisions(progress: (text: string) => void): Result {
  const given = question(now);
  if (!evaluate(given).allowed) throw new Error("the question is one that every rule lets pass");
  const locked = {
    ...given,
    environment: {
      ...given.environment,
      spec: { ...given.environment.spec, lock: { reason: "incident 7" } },
    },
    approvals: given.approvals.slice(0, 1),
  };
  const at = (moment: number) => ({ ...given, now: new Date(moment) });
  const cases: readonly Case[] = [
    {
      name: "every rule, allowed, a second apart",
      count: 20_000,
      questions: (index) => at(now.getTime() + index * 1_000),
    },
    { name: "every rule, refused by two", count: 20_000, questions: () => locked },
    {
      name: "an Environment that was read anew each time",
      count: 500,
      questions: () => structuredClone(given),
    },
    {
      name: "at any time of a year",
      count: 500,
      questions: (index) => at(now.getTime() + ((index * 7_919 * 61_000) % year)),
    },
  ];
  const rows = cases.map((item) => {
    progress(`${runs} runs: ${item.name}`);
    return row(item, given);
  });
  return {
    rows,
    targets: [atMost("50,000 decisions a second, µs each", 20, rows[0]?.median ?? Number.NaN)],
  };
}

function row({ name, count, questions }: Case, given: PolicyInput): Row {
  const { environment, release, pointer, approvals } = given;
  const text = JSON.stringify({ environment, release, pointer, approvals });
  const decided: number[] = [];
  const read: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const asked = Array.from({ length: count }, (_, index) => questions(index));
    const took = microseconds(count, (index) => evaluate(asked[index] ?? given));
    const beside = microseconds(count, () => JSON.parse(text));
    // The first run pays for what is made once.
    if (run > 0) decided.push(took);
    if (run > 0) read.push(beside);
  }
  const [value, reference] = [median(decided), median(read)];
  const figures = { median: value, runs, reference, ratio: value / reference };
  return { case: name, metric: "a decision", unit: "µs", ...figures };
}

/** The mean of so many calls. */
function microseconds(count: number, call: (index: number) => unknown): number {
  const started = performance.now();
  for (let index = 0; index < count; index++) call(index);
  return ((performance.now() - started) / count) * 1_000;
}
