import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "../random.ts";
import { gitObject } from "./git-object.ts";
import { baseLast, packShapes } from "./git-packs.ts";
import { copyingDelta, literalDelta, wholeEntry } from "./pack-file.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "forge-packs-"));
  execFileSync("git", ["init", "--quiet", "--bare", folder]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Lines of `git verify-pack`, by offset: id, type, size, and for deltas their depth and base. */
function verified(pack: Buffer): string[][] {
  const file = join(folder, "generated.pack");
  writeFileSync(file, pack);
  execFileSync("git", ["index-pack", "-o", join(folder, "generated.idx"), file], { cwd: folder });
  const said = execFileSync("git", ["verify-pack", "-v", file], { cwd: folder, encoding: "utf8" });
  return said
    .split("\n")
    .map((line) => line.split(/\s+/))
    .filter(([id = ""]) => /^[0-9a-f]{40}$/.test(id));
}

test("baseLast: git reads deltas of one base, which stands behind them", () => {
  const lines = verified(baseLast(50).pack);
  const deltas = lines.filter((line) => line.length > 5);
  const [base] = new Set(deltas.map((line) => line[6]));
  expect(deltas).toHaveLength(50);
  const offsetOf = (id = "") => Number(lines.find(([one]) => one === id)?.[4]);
  const last = Math.max(...deltas.map(([id]) => offsetOf(id)));
  expect(offsetOf(base)).toBeGreaterThan(last);
});

test("a chain, last first: git finds each object behind the one that needs it", () => {
  const chain = packShapes["a chain of deltas, last first"];
  const pack = chain?.(seededRandom(1)).pack ?? Buffer.alloc(0);
  expect(pack.readUInt32BE(8)).toBeGreaterThan(20_000);
});

test("deltas say how much they give", () => {
  const size = (delta: Buffer) => delta.subarray(0, 8).toString("hex");
  expect(size(literalDelta(300, Buffer.from("ab")))).toBe("ac0202026162");
  // 65,536 three times: 196,608, seven bits a byte.
  expect(size(copyingDelta(1, 3))).toBe("0180800c808080");
});

describe("packShapes", () => {
  test("a head claims less than what inflates", () => {
    const entry = wholeEntry(gitObject("blob", Buffer.alloc(1_000)), 10);
    expect([entry[0], inflateSync(entry.subarray(1)).length]).toEqual([0x3a, 1_000]);
  });

  test.each([
    { name: "four billion objects", count: 0xff_ff_ff_ff, below: 1_000 },
    { name: "half a million empty objects", count: 500_003, below: 6_000_000 },
    { name: "a hundred blobs of sixteen megabytes", count: 103, below: 2_000_000 },
  ])("$name in a pack below $below bytes", ({ name, count, below }) => {
    const { pack = Buffer.alloc(12) } = packShapes[name]?.(seededRandom(1)) ?? {};
    expect(pack.readUInt32BE(8)).toBe(count);
    expect(pack.length).toBeLessThan(below);
  });
});
