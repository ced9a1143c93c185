import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CueWorkers } from "../../../src/render/index.ts";
import { startCue } from "./evaluator.ts";

const signal = AbortSignal.timeout(600_000);
const maxBytes = 16 * 1024 * 1024;
const harmless = { files: { "a.cue": "package x\n\na: 1\n" }, folder: "", maxBytes };

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

/** Sources that would take forever, or all the memory there is. */
const hostile: Readonly<Record<string, { source: string; says: RegExp }>> = {
  "a list that doubles forty times": {
    source: `a0: [1, 1]\n${lines(40, (i) => `a${i + 1}: [a${i}, a${i}]`)}`,
    says: /longer than 8 s|too much memory/,
  },
  "disjunctions that multiply": {
    source: lines(26, (i) => `x: {a${i}: 1 | 2 | 3}\nx: {a${i}: >0} | {a${i}: >1} | {a${i}: <9}`),
    says: /longer than 8 s|too much memory/,
  },
  "a list without end": {
    source: 'import "list"\n\na: list.Range(0, 1000000000, 1)',
    says: /longer than 8 s|too much memory/,
  },
  "gigabytes of text": {
    source:
      'import (\n\t"list"\n\t"strings"\n)\n\na: [for i in list.Range(0, 4000, 1) {strings.Repeat("\\(i)", 1000000)}]',
    says: /too much memory|longer than 8 s/,
  },
  "comprehensions in comprehensions": {
    source:
      'import "list"\n\nlet r = list.Range(0, 400, 1)\na: [for a in r for b in r for c in r for d in r {a + b + c + d}]',
    says: /longer than 8 s|too much memory/,
  },
  "a regular expression in a loop": {
    source:
      'import (\n\t"list"\n\t"strings"\n)\n\nlet t = strings.Repeat("a", 500000)\na: [for i in list.Range(0, 5000, 1) if t =~ "(a*)*b\\(i)$" {i}]',
    says: /longer than 8 s|too much memory/,
  },
};

describe("a hostile source", () => {
  let cue: CueWorkers;
  beforeAll(() => {
    cue = startCue({ timeoutMs: 8_000 });
  });
  afterAll(() => cue.close());

  test.each(Object.entries(hostile))("%s costs its own release alone", async (_name, attack) => {
    const files = { "a.cue": `package x\n\n${attack.source}\n` };
    const bad = cue.evaluate({ files, folder: "", maxBytes }, signal);
    const beside = Array.from({ length: 3 }, () => cue.evaluate(harmless, signal));
    await expect(bad).rejects.toMatchObject({
      code: "SourceTooCostly",
      message: expect.stringMatching(attack.says),
    });
    expect(await Promise.all(beside)).toEqual(beside.map(() => ({ values: { "": { a: 1 } } })));
    expect(await cue.evaluate(harmless, signal)).toEqual({ values: { "": { a: 1 } } });
  });

  test.each([
    ["endless recursion", '#F: {n: int, r: #F & {"n": n + 1}}\na: #F & {n: 0}', /structural cycle/],
    [
      "nesting without end",
      `a: ${"{a: ".repeat(20_000)}1${"}".repeat(20_000)}`,
      /maximum nesting depth/,
    ],
    [
      "one huge text",
      'import "strings"\n\na: strings.Repeat("x", 2000000000)',
      /exceeds limit of 1000000/,
    ],
  ])("%s is refused by CUE itself", async (_name, source, says) => {
    const files = { "a.cue": `package x\n\n${source}\n` };
    const { errors } = await cue.evaluate({ files, folder: "", maxBytes }, signal);
    expect(errors?.[0]?.message).toMatch(says);
  });

  test("more output than is allowed is refused before it leaves the thread", async () => {
    const source = 'import "strings"\n\na: strings.Repeat("x", 900000)\nb: a\n';
    const files = { "a.cue": `package x\n\n${source}` };
    const answer = await cue.evaluate({ files, folder: "", maxBytes: 1_000_000 }, signal);
    expect(answer).toEqual({ tooLarge: true });
  });
});

describe("the threads", () => {
  test("are made for work, and end without it", async () => {
    const cue = startCue({ idleMs: 50 });
    expect(cue.threads).toBe(0);
    await Promise.all([cue.evaluate(harmless, signal), cue.evaluate(harmless, signal)]);
    expect(cue.threads).toBeGreaterThan(0);
    await expect.poll(() => cue.threads, { timeout: 10_000 }).toBe(0);
    expect(await cue.evaluate(harmless, signal)).toEqual({ values: { "": { a: 1 } } });
    await cue.close();
  });

  test("are replaced after so many evaluations, or so much memory", async () => {
    for (const options of [{ evaluationsPerInstance: 2 }, { instanceBytes: 1 }]) {
      const cue = startCue({ threads: 1, ...options });
      for (let index = 0; index < 5; index++) {
        expect(await cue.evaluate(harmless, signal)).toEqual({ values: { "": { a: 1 } } });
      }
      await cue.close();
      expect(cue.threads).toBe(0);
    }
  });

  test("end what its caller gave up, waiting or running", async () => {
    const cue = startCue({ threads: 1 });
    const files = { "a.cue": `package x\n\n${hostile["a list without end"]?.source}\n` };
    const [running, waiting] = [new AbortController(), new AbortController()];
    const first = cue.evaluate({ files, folder: "", maxBytes }, running.signal);
    const second = cue.evaluate(harmless, waiting.signal);
    const third = cue.evaluate(harmless, signal);
    waiting.abort(new Error("given up while waiting"));
    await expect(second).rejects.toThrow("given up while waiting");
    running.abort(new Error("given up while running"));
    await expect(first).rejects.toThrow("given up while running");
    expect(await third).toEqual({ values: { "": { a: 1 } } });
    await cue.close();
  });

  test("refuse what would wait without bound", async () => {
    const cue = startCue({ threads: 1, queueLength: 1 });
    await cue.evaluate(harmless, signal);
    const asked = Array.from({ length: 5 }, () => cue.evaluate(harmless, signal));
    const results = await Promise.allSettled(asked);
    const refused = results.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ reason: { code: "RendererUnavailable", retry: "backoff" } });
    await cue.close();
  });

  test("say where cue.wasm should be, and try again", async () => {
    const cue = startCue({ wasm: "/nowhere/cue.wasm" });
    for (let index = 0; index < 2; index++) {
      await expect(cue.evaluate(harmless, signal)).rejects.toMatchObject({
        code: "RendererUnavailable",
        message: expect.stringContaining("/nowhere/cue.wasm"),
      });
    }
    await cue.close();
  });

  test("fail what is under way when they are closed", async () => {
    const cue = startCue({ threads: 1 });
    await cue.evaluate(harmless, signal);
    const files = { "a.cue": `package x\n\n${hostile["a list without end"]?.source}\n` };
    const asked = Promise.allSettled([
      cue.evaluate({ files, folder: "", maxBytes }, signal),
      cue.evaluate(harmless, signal),
    ]);
    await cue.close();
    for (const each of await asked) {
      expect(each).toMatchObject({ status: "rejected", reason: { code: "RendererUnavailable" } });
    }
  });
});
