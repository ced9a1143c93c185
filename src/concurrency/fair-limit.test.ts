import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FairLimit, type FairLimitOptions } from "./fair-limit.ts";

const signal = AbortSignal.timeout(20_000);
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** Operations that run until they are let go, and the order in which they began. */
class Scene {
  readonly limit: FairLimit;
  readonly begun: string[] = [];
  readonly #gates = new Map<string, () => void>();

  constructor(options: Partial<FairLimitOptions> = {}) {
    this.limit = new FairLimit({
      ...{ atOnce: 2, perParty: 2, mayWait: 10, mayWaitPerParty: 10 },
      refusal: (of) => new Error(`too many of ${of}`),
      ...options,
    });
  }

  start(name: string, party = name.slice(0, 1), until: AbortSignal = signal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gates.set(name, resolve);
    const operation = () => {
      this.begun.push(name);
      return promise;
    };
    return this.limit.run(party, operation, until);
  }

  async end(...names: readonly string[]): Promise<void> {
    for (const name of names) this.#gates.get(name)?.();
    await turn();
  }
}

describe("FairLimit", () => {
  test("a party that fills its share keeps nobody else out", async () => {
    const scene = new Scene({ atOnce: 3, perParty: 2 });
    const all = ["a1", "a2", "a3", "a4", "b1"].map((name) => scene.start(name));
    expect(scene.begun).toEqual(["a1", "a2", "b1"]);
    expect([scene.limit.running, scene.limit.waiting]).toEqual([3, 2]);
    await scene.end("a1", "a2", "a3", "a4", "b1");
    await Promise.all(all);
    expect([scene.limit.running, scene.limit.waiting]).toEqual([0, 0]);
  });

  test("parties take turns, and each has its own order", async () => {
    const scene = new Scene({ atOnce: 1, perParty: 1 });
    const all = ["a1", "a2", "a3", "b1", "b2", "c1"].map((name) => scene.start(name));
    for (let n = 0; n < all.length; n++) await scene.end(scene.begun.at(-1) ?? "");
    await Promise.all(all);
    expect(scene.begun.indexOf("b1")).toBeLessThan(scene.begun.indexOf("a3"));
    expect(scene.begun.indexOf("c1")).toBeLessThan(scene.begun.indexOf("a3"));
    expect(scene.begun.filter((name) => name.startsWith("a"))).toEqual(["a1", "a2", "a3"]);
  });

  test.each([
    { because: "its own queue is full", started: ["a1", "a2", "a3"], next: "a4", of: "party" },
    { because: "the whole queue is full", started: ["a1", "a2", "b1"], next: "c1", of: "all" },
  ])("an operation is refused when $because", async ({ started, next, of }) => {
    const scene = new Scene({ atOnce: 1, mayWait: 2, mayWaitPerParty: 2 });
    const all = started.map((name) => scene.start(name));
    await expect(scene.start(next)).rejects.toThrow(`too many of ${of}`);
    await scene.end(...started);
    await Promise.all(all);
  });

  test("who gives up while waiting leaves the queue, and a failure frees its place", async () => {
    const scene = new Scene({ atOnce: 1 });
    const gate = Promise.withResolvers<void>();
    const failing = scene.limit.run("a", () => gate.promise, signal);
    const stop = new AbortController();
    const gone = scene.start("b1", "b", stop.signal);
    stop.abort(new Error("gave up"));
    await expect(gone).rejects.toThrow("gave up");
    expect(scene.limit.waiting).toBe(0);
    gate.reject(new Error("broken"));
    await expect(failing).rejects.toThrow("broken");
    expect(await scene.limit.run("c", async () => "next", signal)).toBe("next");
  });

  test("whatever starts, ends and gives up: never more than the limits, and all of it runs", async () => {
    const step = fc.record({
      party: fc.constantFrom("a", "b", "c"),
      type: fc.constantFrom("start", "end", "abort"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const scene = new Scene({ atOnce: 3, perParty: 2, mayWait: 99, mayWaitPerParty: 99 });
        const all: Promise<unknown>[] = [];
        const ended = new Set<string>();
        for (const [index, { party, type }] of steps.entries()) {
          const running = scene.begun.filter((name) => !ended.has(name));
          const [first] = running;
          if (type === "end" && first !== undefined) {
            ended.add(first);
            await scene.end(first);
          } else {
            const stop = new AbortController();
            all.push(scene.start(`${party}${index}`, party, stop.signal).catch(() => undefined));
            if (type === "abort") stop.abort();
          }
          const now = scene.begun.filter((name) => !ended.has(name));
          expect(now.length).toBeLessThanOrEqual(3);
          for (const name of ["a", "b", "c"]) {
            expect(now.filter((one) => one.startsWith(name)).length).toBeLessThanOrEqual(2);
          }
        }
        while (scene.limit.running > 0) await scene.end(...scene.begun);
        await Promise.all(all);
        expect([scene.limit.running, scene.limit.waiting]).toEqual([0, 0]);
      }),
    );
  });
});
