import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { ManualClock, recordingLogger } from "../../controller/kube/testing/index.ts";
import { openLedger } from "../../src/ledger/index.ts";
import { fact } from "../../src/ledger/testing/facts.ts";
import { dayMs, removeOld } from "./ledger-retention.ts";

const folder = mkdtempSync(join(tmpdir(), "forge-retention-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { signal } = new AbortController();

async function ledgerOfDays(name: string, days: number) {
  const clock = new ManualClock(Date.UTC(2026, 0, 1, 12));
  const ledger = await openLedger({ sqlite: join(folder, name), now: () => clock.now() });
  onTestFinished(() => ledger.close());
  for (let day = 1; day <= days; day++) {
    const { time: _, ...undated } = fact(day);
    await ledger.append([undated]);
    clock.advance(dayMs);
  }
  const parts = { ledger, clock, log: recordingLogger(), random: () => 0 };
  const sequences = async () => {
    const { items } = await ledger.read({ order: "oldest" });
    return items.map(({ sequence }) => sequence);
  };
  return { ledger, parts, clock, sequences };
}

describe("removeOld", () => {
  test("removes whole days that are over, signs that off, and leaves a chain that fits", async () => {
    const { ledger, parts, sequences } = await ledgerOfDays("days.db", 5);
    const { head } = await ledger.verify();
    // It is noon of the sixth: two days back is noon of the fourth, of which nothing goes yet.
    await removeOld({ ...parts, retentionMs: 2 * dayMs }, signal);
    expect(await sequences()).toEqual([4, 5, 6]);
    const [signed] = (await ledger.read({ limit: 1 })).items;
    expect(signed).toMatchObject({
      ...{ kind: "Ledger", event: "Pruned", actor: "forge-server" },
      details: { through: 3, reason: "the retention is 2 days" },
    });
    expect(await ledger.verify({ anchor: head })).not.toHaveProperty("damage");
  });

  test("what is not old enough, or gone already, costs no more than a look", async () => {
    const { parts, clock, sequences } = await ledgerOfDays("young.db", 3);
    await removeOld({ ...parts, retentionMs: 30 * dayMs }, signal);
    expect(await sequences()).toEqual([1, 2, 3]);
    clock.advance(29 * dayMs);
    await removeOld({ ...parts, retentionMs: 30 * dayMs }, signal);
    await removeOld({ ...parts, retentionMs: 30 * dayMs }, signal);
    expect(await sequences()).toEqual([3, 4]);
  });
});
