import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { type Key, KubeError } from "./kube/index.ts";
import { type LoggedLine, ManualClock, recordingLogger } from "./kube/testing/index.ts";
import { Loop, type LoopOptions, type OutcomeLabel } from "./loop.ts";
import type { Outcome, ReconcileContext } from "./reconciler.ts";
import { WorkQueue } from "./work-queue.ts";

const key = (name: string): Key => ({ namespace: "default", name });
type Reconcile = (key: Key, context: ReconcileContext) => Promise<Outcome>;

const noLuck = () => 1;
const error = (retry?: unknown) => Object.assign(new Error("broken"), { retry });

function setUp(reconcile: Reconcile, options: Partial<LoopOptions> = {}) {
  const clock = new ManualClock();
  const queue = new WorkQueue({ clock, random: noLuck });
  const observed: OutcomeLabel[] = [];
  const lines: LoggedLine[] = [];
  const loop = new Loop({
    name: "widgets",
    reconciler: { reconcile },
    queue,
    log: recordingLogger(lines),
    clock,
    random: noLuck,
    observe: (outcome) => observed.push(outcome),
    ...options,
  });
  const stop = new AbortController();
  const abort = new AbortController();
  const running = loop.run({ stop: stop.signal, abort: abort.signal });
  const end = async () => {
    stop.abort();
    await running;
  };
  return { clock, queue, observed, lines, stop, abort, running, end };
}

const settled = (check: () => void) => vi.waitFor(check, { interval: 1, timeout: 20_000 });

describe("what follows an outcome", () => {
  test.each<{ because: string; result: Outcome | Error; label: OutcomeLabel; afterMs?: number }>([
    { because: "done needs no further look", result: { type: "done" }, label: "done" },
    {
      because: "a requeue comes when it asked for",
      result: { type: "requeue", afterMs: 7_000, why: "soak" },
      label: "requeue",
      afterMs: 7_000,
    },
    {
      because: "a wait is looked at again even when its watch stays silent",
      result: { type: "wait", on: "release" },
      label: "wait",
      afterMs: 660_000,
    },
    {
      because: "a stall waits for a person",
      result: { type: "stall", reason: "Invalid", message: "no" },
      label: "stall",
    },
    {
      because: "an error is tried again",
      result: error(),
      label: "error",
      afterMs: 250,
    },
    {
      because: "an error that knows when is tried then",
      result: error({ afterMs: 4_000 }),
      label: "error",
      afterMs: 4_000,
    },
    {
      because: "an error of the client says it the same way",
      result: new KubeError("TooManyRequests", "", { retry: { afterMs: 3_000 } }),
      label: "error",
      afterMs: 3_000,
    },
    {
      because: "an error that repeats alike is not repeated",
      result: error("never"),
      label: "error",
    },
    {
      because: "a retry that makes no sense is the usual one",
      result: error({ afterMs: "soon" }),
      label: "error",
      afterMs: 250,
    },
  ])("$label: $because", async ({ result, label, afterMs }) => {
    const { clock, queue, observed, end } = setUp(async () => {
      if (result instanceof Error) throw result;
      return result;
    });
    queue.add(key("a"));
    await settled(() => expect(observed).toEqual([label]));
    clock.advance((afterMs ?? 100_000_000) - 1);
    await nextTurn();
    expect(observed).toHaveLength(1);
    clock.advance(1);
    await nextTurn();
    expect(observed).toHaveLength(afterMs === undefined ? 1 : 2);
    await end();
  });

  test("success ends a row of failures", async () => {
    const results = [new Error("1"), new Error("2"), undefined, new Error("3")];
    const { clock, queue, observed, lines, end } = setUp(async () => {
      const result = results.shift();
      if (result) throw result;
      return { type: "requeue", afterMs: 10, why: "next" };
    });
    queue.add(key("a"));
    for (let looks = 1; looks <= 4; looks++) {
      await settled(() => expect(observed).toHaveLength(looks));
      await settled(() => expect(clock.pending).toBeGreaterThan(0));
      clock.advance(10_000);
    }
    const delays = lines.filter((l) => l.level === "error").map((l) => l.fields);
    expect(delays.map((f) => (f as { afterMs: number }).afterMs)).toEqual([250, 500, 250]);
    await end();
  });

  test.each([
    ["a string", () => Promise.reject("text" as never)],
    ["null", () => Promise.reject(null as never)],
    [
      "an error before any promise",
      () => {
        throw new Error("early");
      },
    ],
    ["nothing at all", () => Promise.resolve(undefined as never)],
  ])("the worker survives %s", async (_, reconcile) => {
    const { queue, observed, end } = setUp(reconcile);
    queue.add(key("a"));
    queue.add(key("b"));
    await settled(() => expect(observed).toEqual(["error", "error"]));
    await end();
  });
});

describe("workers", () => {
  test("work at the same time, on different keys", async () => {
    const gate = Promise.withResolvers<void>();
    const active: string[] = [];
    const { queue, end } = setUp(
      async ({ name }) => {
        active.push(name);
        await gate.promise;
        return { type: "done" };
      },
      { workers: 3 },
    );
    for (const name of ["a", "b", "c", "d", "a"]) queue.add(key(name));
    await settled(() => expect(active).toEqual(["a", "b", "c"]));
    queue.add(key("a"));
    gate.resolve();
    await settled(() => expect(active).toEqual(["a", "b", "c", "d", "a"]));
    await end();
  });

  test("a reconcile that takes too long is told so, and not abandoned", async () => {
    const { clock, queue, observed, lines, end } = setUp(
      async (_, { signal }) => {
        const { promise, reject } = Promise.withResolvers<never>();
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        return promise;
      },
      { timeoutMs: 5_000 },
    );
    queue.add(key("a"));
    await settled(() => expect(clock.pending).toBe(1));
    clock.advance(5_000);
    await settled(() => expect(observed).toEqual(["error"]));
    expect(lines.some((l) => l.message.includes("too long"))).toBe(true);
    await end();
  });

  test("a stop lets the reconcile under way finish, and takes no other", async () => {
    const gate = Promise.withResolvers<void>();
    const seen: string[] = [];
    const { queue, observed, stop, running } = setUp(async ({ name }, { signal }) => {
      seen.push(name);
      await gate.promise;
      expect(signal.aborted).toBe(false);
      return { type: "requeue", afterMs: 1, why: "x" };
    });
    queue.add(key("a"));
    queue.add(key("b"));
    await settled(() => expect(seen).toEqual(["a"]));
    stop.abort();
    gate.resolve();
    await running;
    expect(seen).toEqual(["a"]);
    expect(observed).toEqual(["requeue"]);
  });

  test("an abort interrupts the reconcile under way, which counts as no failure", async () => {
    const { queue, observed, stop, abort, running } = setUp(async (_, { signal }) => {
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      return promise;
    });
    queue.add(key("a"));
    await settled(() => expect(queue.depth).toBe(0));
    abort.abort(new Error("leadership lost"));
    stop.abort();
    await running;
    expect(observed).toEqual([]);
  });

  test("log lines carry controller, key and reconcile", async () => {
    const { queue, observed, lines, end } = setUp(async (_, { log, reconcileId }) => {
      log.info({ reconcileId }, "mine");
      return { type: "done" };
    });
    queue.add(key("a"));
    await settled(() => expect(observed).toHaveLength(1));
    expect(lines.find((l) => l.message === "mine")?.fields).toMatchObject({
      controller: "widgets",
      key: "default/a",
      reconcileId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    await end();
  });
});
