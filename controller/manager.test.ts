import { describe, expect, test, vi } from "vitest";
import { LeadershipLost } from "./fence.ts";
import { type LoggedLine, ManualClock, recordingLogger } from "./kube/testing/index.ts";
import type { LoopSignals } from "./loop.ts";
import { Manager, type ManagerOptions } from "./manager.ts";

const eventually = (check: () => void) => vi.waitFor(check, { interval: 1, timeout: 20_000 });

function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

function setUp(options: { loop?: (signals: LoopSignals) => Promise<void> } = {}) {
  const told: string[] = [];
  const lines: LoggedLine[] = [];
  const clock = new ManualClock();
  const synced = Promise.withResolvers<void>();
  const elected = Promise.withResolvers<void>();
  const lost = new AbortController();
  const stop = new AbortController();
  const informer = {
    resource: { group: "", version: "v1", plural: "pods", kind: "Pod", namespaced: true },
    synced: false,
    run: async (signal: AbortSignal) => {
      told.push("informer runs");
      await untilAborted(signal);
      told.push("informer stops");
    },
    waitForSync: async (signal: AbortSignal) => {
      await Promise.race([synced.promise, untilAborted(signal)]);
      signal.throwIfAborted();
      informer.synced = true;
    },
  };
  const loop = {
    run: async (signals: LoopSignals) => {
      told.push("loop runs");
      await (options.loop ?? (({ stop }) => untilAborted(stop)))(signals);
      told.push("loop drained");
    },
  };
  const manager = new Manager({
    servers: [
      {
        start: async () => told.push("server starts"),
        stop: async () => void told.push("server stops"),
      },
    ],
    informers: [informer],
    loops: [loop],
    election: {
      acquire: async (signal) => {
        told.push("stands for election");
        await Promise.race([elected.promise, untilAborted(signal)]);
        signal.throwIfAborted();
        return { signal: lost.signal, release: async () => void told.push("releases") };
      },
    },
    onLeading: (leads) => told.push(leads ? "leads" : "led"),
    log: recordingLogger(lines),
    clock,
    graceMs: 1_000,
  } satisfies ManagerOptions);
  return { told, clock, synced, elected, lost, stop, manager };
}

describe("order", () => {
  test("up: servers, informers, leadership, loops; down: the other way round", async () => {
    const { told, synced, elected, stop, manager } = setUp();
    const running = manager.run(stop.signal);
    await eventually(() => expect(told).toEqual(["server starts", "informer runs"]));
    expect(manager.notReady()).toEqual(["pods: first list not complete"]);
    synced.resolve();
    await eventually(() => expect(told.at(-1)).toBe("stands for election"));
    expect(manager.notReady()).toEqual([]);
    elected.resolve();
    await eventually(() => expect(told.slice(-2)).toEqual(["leads", "loop runs"]));
    stop.abort();
    await running;
    expect(told.slice(5)).toEqual([
      "loop drained",
      "led",
      "releases",
      "informer stops",
      "server stops",
    ]);
  });

  test.each([
    { because: "before the caches are synced", sync: false },
    { because: "while another leads", sync: true },
  ])("a stop $because is orderly too", async ({ sync }) => {
    const { told, synced, stop, manager } = setUp();
    const running = manager.run(stop.signal);
    if (sync) synced.resolve();
    const reached = sync ? "stands for election" : "informer runs";
    await eventually(() => expect(told.at(-1)).toBe(reached));
    stop.abort();
    await running;
    expect(told.slice(-2)).toEqual(["informer stops", "server stops"]);
    expect(told).not.toContain("loop runs");
  });

  test("a server that cannot start ends the rest", async () => {
    const { stop } = setUp();
    const told: string[] = [];
    const manager = new Manager({
      servers: [
        { start: async () => told.push("first"), stop: async () => void told.push("stops") },
        { start: () => Promise.reject(new Error("port taken")), stop: async () => {} },
      ],
      informers: [],
      loops: [],
      log: recordingLogger(),
      clock: new ManualClock(),
    });
    await expect(manager.run(stop.signal)).rejects.toThrow("port taken");
    expect(told).toEqual(["first", "stops"]);
  });
});

async function started(options: Parameters<typeof setUp>[0]) {
  const parts = setUp(options);
  parts.synced.resolve();
  parts.elected.resolve();
  const running = parts.manager.run(parts.stop.signal);
  await eventually(() => expect(parts.told.at(-1)).toBe("loop runs"));
  return { ...parts, running };
}

describe("an end that is not smooth", () => {
  test("reconciles under way are aborted after the grace period, then the lease is released", async () => {
    const { told, clock, stop, running } = await started({
      loop: ({ abort }) => untilAborted(abort),
    });
    stop.abort();
    await eventually(() => expect(clock.pending).toBe(1));
    clock.advance(999);
    expect(told).not.toContain("loop drained");
    clock.advance(1);
    await running;
    expect(told).toContain("releases");
  });

  test("a reconcile that ignores its signal keeps the lease from being released", async () => {
    const never = Promise.withResolvers<void>();
    const { told, clock, stop, running } = await started({ loop: () => never.promise });
    const failure = running.catch((error: unknown) => error);
    stop.abort();
    await eventually(() => expect(clock.pending).toBe(1));
    clock.advance(1_000);
    await eventually(() => expect(clock.pending).toBe(1));
    clock.advance(5_000);
    expect(String(await failure)).toContain("ignored their signal");
    expect(told).not.toContain("releases");
    expect(told.at(-1)).toBe("server stops");
  });

  test("leadership lost aborts at once, releases nothing, and is an error", async () => {
    const { told, lost, running } = await started({ loop: ({ abort }) => untilAborted(abort) });
    lost.abort(new LeadershipLost("late"));
    await expect(running).rejects.toBeInstanceOf(LeadershipLost);
    expect(told).toContain("loop drained");
    expect(told).not.toContain("releases");
  });
});
