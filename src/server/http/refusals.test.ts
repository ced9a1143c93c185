import { describe, expect, test } from "vitest";
import { ManualClock } from "../../../controller/kube/testing/index.ts";
import { ForgeError } from "../../api/index.ts";
import type { Fact } from "../../ledger/index.ts";
import { Refusals } from "./refusals.ts";

function scene() {
  const clock = new ManualClock();
  const facts: Fact[] = [];
  let isAway = false;
  const append = async (appended: readonly Fact[]) => {
    if (isAway) throw new ForgeError("LedgerUnavailable", "away");
    facts.push(...appended);
  };
  const ledger = { isConfigured: true, open: () => ({ append }) };
  const stop = new AbortController();
  const refusals = new Refusals({ clock, ledger: ledger as never, stopping: stop.signal });
  const usual = { operation: "createRelease", user: "carol", reason: "AccessDenied" };
  const refuse = (asked = "team-a", user = "carol") =>
    refusals.count({ ...usual, user, namespace: "", asked });
  const counts = () => facts.map(({ details }) => details["count"]);
  const goAway = () => {
    isAway = true;
  };
  return { clock, facts, refuse, counts, goAway, stop };
}

describe("Refusals", () => {
  test("the first is told at once, all others of a minute in one entry, and none is lost", async () => {
    const { clock, facts, refuse, counts } = scene();
    for (let n = 0; n < 400; n++) await refuse(`team-${n % 20}`);
    expect(counts()).toEqual([1]);
    clock.advance(60_000);
    expect(counts()).toEqual([1, 399]);
    expect(facts[1]).toMatchObject({
      ...{ kind: "Action", event: "createReleaseRefused", namespace: "", actor: "carol" },
      details: { reason: "AccessDenied", namespaces: expect.arrayContaining(["team-1"]) },
    });
    expect(facts[1]?.details["namespaces"]).toHaveLength(10);
  });

  test("an attack that goes on is an entry a minute", async () => {
    const { clock, refuse, counts } = scene();
    for (let n = 0; n < 600; n++) {
      await refuse();
      clock.advance(1_000);
    }
    expect(counts().length).toBeLessThanOrEqual(12);
    clock.advance(120_000);
    expect(counts().reduce((sum: number, count) => sum + Number(count), 0)).toBe(600);
    expect(clock.pending).toBe(0);
  });

  test("callers are counted apart, as many as are remembered", async () => {
    const { clock, facts, refuse } = scene();
    for (let n = 0; n < 1_500; n++) await refuse("team", `user-${n}`);
    const apart = facts.filter(({ actor }) => actor !== undefined);
    expect([apart.length, facts.length]).toEqual([1_000, 1_001]);
    clock.advance(60_000);
    expect(facts.at(-1)?.details["count"]).toBe(499);
  });

  test("a server that stops records what it has counted, and once", async () => {
    const { clock, refuse, counts, stop } = scene();
    for (let n = 0; n < 5; n++) await refuse();
    stop.abort();
    clock.advance(120_000);
    expect(counts()).toEqual([1, 4]);
  });

  test("a ledger that is away refuses nothing of its own", async () => {
    const { refuse, goAway, counts } = scene();
    goAway();
    await refuse();
    expect(counts()).toEqual([]);
  });
});
