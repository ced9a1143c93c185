import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LoggedLine, ManualClock, recordingLogger } from "../kube/testing/index.ts";
import { AttemptJournal } from "./attempt-journal.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "forge-journal-"));
  path = join(folder, "attempts");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const key = (name: string) => ({ namespace: "team", name });

function open(at = path) {
  const clock = new ManualClock();
  const lines: LoggedLine[] = [];
  const journal = new AttemptJournal({
    path: at,
    log: recordingLogger(lines),
    clock,
    // In the middle of the jitter: delays are the round figures.
    random: () => 0.5,
  });
  return { clock, lines, journal };
}

/** A process that ends during an attempt at `a`, with `b` behind it. */
function crash(): void {
  const { journal } = open();
  journal.begin("release", key("b"))();
  journal.begin("release", key("a"));
}

describe("AttemptJournal", () => {
  test("delays the object of an attempt that ended the process, longer after each crash", () => {
    const delays = [1, 2, 3, 4].map(() => {
      crash();
      return open().journal.delayMs("release", key("a"));
    });
    expect(delays).toEqual([10_000, 20_000, 40_000, 80_000]);
    for (let crashes = 0; crashes < 20; crashes++) crash();
    expect(open().journal.delayMs("release", key("a"))).toBe(3_600_000);
  });

  test("delays no other object, and no other controller", () => {
    crash();
    const { journal } = open();
    expect(journal.delayMs("release", key("b"))).toBe(0);
    expect(journal.delayMs("project", key("a"))).toBe(0);
  });

  test("counts the delay from the start, and forgets the crash when an attempt ends", () => {
    crash();
    const { clock, journal } = open();
    clock.advance(6_000);
    expect(journal.delayMs("release", key("a"))).toBe(4_000);
    clock.advance(4_000);
    expect(journal.delayMs("release", key("a"))).toBe(0);
    journal.begin("release", key("a"))();
    expect(open().journal.delayMs("release", key("a"))).toBe(0);
  });

  test("a restart during the delay forgets nothing", () => {
    crash();
    open();
    expect(open().journal.delayMs("release", key("a"))).toBe(10_000);
  });

  test.each<{ because: string; spoil: () => string }>([
    { because: "there is none yet", spoil: () => path },
    {
      because: "its folder is missing",
      spoil: () => join(folder, "nowhere", "attempts"),
    },
    {
      because: "a folder stands in its place",
      spoil: () => {
        mkdirSync(path);
        return path;
      },
    },
    {
      because: "it is no text",
      spoil: () => {
        writeFileSync(path, Buffer.from([0xff, 0xfe, 0, 10, 0xc0, 10]));
        return path;
      },
    },
    {
      because: "it is larger than any journal",
      spoil: () => {
        writeFileSync(path, "[\n".repeat(3_000_000));
        return path;
      },
    },
    {
      because: "it is JSON of something else",
      spoil: () => {
        writeFileSync(path, '{"a":1}\nnull\n["begun"]\n["crashed",-1,"r a"]\n["begun",0,7]\n');
        return path;
      },
    },
  ])("stops nothing when $because", ({ spoil }) => {
    const { journal } = open(spoil());
    expect(journal.delayMs("release", key("a"))).toBe(0);
    journal.begin("release", key("a"))();
    journal.close();
  });

  test("a journal that cannot be written is logged once, and what it says still counts", () => {
    crash();
    chmodSync(path, 0o400);
    mkdirSync(`${path}.new`);
    const { journal, lines } = open();
    expect(journal.delayMs("release", key("a"))).toBe(10_000);
    for (let attempt = 0; attempt < 5; attempt++) journal.begin("release", key("c"))();
    expect(lines.filter(({ fields }) => "path" in fields)).toHaveLength(1);
  });

  test("wherever a write is torn, the journal is read, and blames no attempt that never was", () => {
    crash();
    crash();
    const whole = readFileSync(path);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.uint8Array({ maxLength: 5 }), (length, behind) => {
        writeFileSync(path, Buffer.concat([whole.subarray(0, length), behind]));
        const { journal } = open();
        expect(journal.delayMs("release", key("a"))).toBeLessThanOrEqual(20_000);
        expect(journal.delayMs("release", key("c"))).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test("stays small, whatever the number of attempts", () => {
    crash();
    const { journal } = open();
    const name = "n".repeat(250);
    journal.begin("release", key("in flight"));
    let largest = 0;
    for (let attempt = 0; attempt < 10_000; attempt++) {
      journal.begin("release", key(name))();
      if (attempt % 100 === 0) largest = Math.max(largest, statSync(path).size);
    }
    expect(largest).toBeGreaterThan(500_000);
    expect(largest).toBeLessThan(1.1 * 1024 * 1024);
    const after = open().journal;
    expect(after.delayMs("release", key("a"))).toBe(10_000);
    expect(after.delayMs("release", key("in flight"))).toBe(10_000);
  });
});
