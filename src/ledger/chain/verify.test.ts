import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entry, Head } from "../ports.ts";
import { facts } from "../testing/facts.ts";
import { genesis, hashOf } from "./hash.ts";
import { ChainReader } from "./verify.ts";

function chainOf(length: number): Entry[] {
  let previous = genesis;
  return facts(1, length).map((fact, index) => {
    const time = fact.time ?? "";
    const entry = { ...fact, time, recordedAt: time, sequence: index + 1, previous };
    previous = hashOf(entry);
    return { ...entry, hash: previous };
  });
}

const headOf = (entries: readonly Entry[]): Head => ({
  sequence: entries.length,
  hash: entries.at(-1)?.hash ?? genesis,
  prunedThrough: 0,
});

function read(entries: readonly Entry[], head: Head) {
  const reader = new ChainReader(head);
  for (const entry of entries) {
    const found = reader.next(entry);
    if (found !== undefined) return found;
  }
  return reader.end();
}

describe("the chain", () => {
  test("holds as it was recorded", () => {
    for (const length of [0, 1, 2, 30]) {
      const entries = chainOf(length);
      expect(read(entries, headOf(entries))).toBeUndefined();
    }
  });

  const whole = chainOf(12);
  const anyIndex = fc.nat(whole.length - 1);

  test("finds any field of any entry that was changed, at that entry", () => {
    const fields = ["key", "kind", "event", "time", "recordedAt", "namespace", "actor", "subject"];
    fc.assert(
      fc.property(anyIndex, fc.constantFrom(...fields), fc.string(), (index, field, value) => {
        const entry = whole[index] as Entry & Record<string, unknown>;
        fc.pre(entry[field] !== value);
        const edited = whole.with(index, { ...entry, [field]: value });
        expect(read(edited, headOf(whole))).toMatchObject({ kind: "Edited", sequence: index + 1 });
      }),
    );
  });

  test("finds an edit whose hash was made anew, at the entry behind or at the head", () => {
    fc.assert(
      fc.property(anyIndex, (index) => {
        const { hash: _, ...rest } = { ...(whole[index] as Entry), actor: "mallory" };
        const edited = whole.with(index, { ...rest, hash: hashOf(rest) });
        const found = read(edited, headOf(whole));
        expect(found).toMatchObject({ kind: "Rewritten" });
        expect(found?.sequence).toBe(Math.min(index + 2, whole.length));
      }),
    );
  });

  test("finds any other order and any loss", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(whole), (some) => {
        fc.pre(some.length < whole.length || some.some((entry, index) => entry !== whole[index]));
        expect(read(some, headOf(whole))).toBeDefined();
      }),
    );
  });

  test("does not find a chain that was made anew with its head: an anchor does", () => {
    const forged = chainOf(12).map((entry) => entry);
    let previous = genesis;
    for (const [index, { hash: _, ...entry }] of forged.entries()) {
      const rest = { ...entry, actor: "mallory", previous };
      previous = hashOf(rest);
      forged[index] = { ...rest, hash: previous };
    }
    expect(read(forged, headOf(forged))).toBeUndefined();
    const reader = new ChainReader(headOf(forged), headOf(whole));
    const found = forged.map((entry) => reader.next(entry)).find(Boolean);
    expect(found).toMatchObject({ kind: "Rewritten", sequence: 12 });
  });
});

describe("an anchor in a chain of which the beginning was removed", () => {
  /** Twelve entries, of which the last but one signs off what was removed through 4, and then 7. */
  function pruned(): { readonly entries: readonly Entry[]; readonly whole: readonly Entry[] } {
    const whole: Entry[] = chainOf(8);
    for (const through of [4, 7]) {
      const { hash: previous = genesis, time = "" } = whole.at(-1) ?? {};
      const details = { through, hash: whole[through - 1]?.hash ?? "" };
      const entry = {
        ...{ key: `Ledger/Pruned/${through}`, kind: "Ledger" as const, event: "Pruned" },
        ...{ namespace: "", subject: "ledger", details, time, recordedAt: time },
        ...{ sequence: whole.length + 1, previous },
      };
      whole.push({ ...entry, hash: hashOf(entry) });
    }
    return { entries: whole.slice(7), whole };
  }

  const { entries, whole } = pruned();
  const head = { ...headOf(whole), prunedThrough: 7 };
  const hashAt = (sequence: number) => whole[sequence - 1]?.hash ?? genesis;
  const forged = "f".repeat(64);

  test.each([
    { sequence: 9, hash: hashAt(9), found: undefined, because: "it is there" },
    { sequence: 9, hash: forged, found: "Rewritten", because: "it is there, and another one" },
    { sequence: 7, hash: hashAt(7), found: undefined, because: "it was signed off" },
    { sequence: 7, hash: forged, found: "Rewritten", because: "another one was signed off" },
    { sequence: 4, hash: hashAt(4), found: undefined, because: "an earlier retention signed it" },
    { sequence: 4, hash: forged, found: "Rewritten", because: "that one signed another" },
    { sequence: 3, hash: hashAt(3), found: "unproven", because: "nothing tells its hash" },
    { sequence: 3, hash: forged, found: "unproven", because: "nothing tells its hash" },
    { sequence: 0, hash: genesis, found: undefined, because: "every chain begins so" },
    { sequence: 0, hash: forged, found: "Rewritten", because: "no chain begins so" },
    { sequence: 11, hash: forged, found: "Truncated", because: "there was more" },
  ])("at $sequence with $hash is $found: $because", ({ sequence, hash, found }) => {
    const reader = new ChainReader(head, { sequence, hash });
    const damage = entries.map((entry) => reader.next(entry)).find(Boolean) ?? reader.end();
    expect(damage?.kind ?? (reader.unproven && "unproven")).toBe(found);
  });
});
