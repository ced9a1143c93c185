import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LeadershipLost } from "./fence.ts";
import { connect } from "./kube/testing/connect.ts";
import {
  ApiServerDouble,
  type LoggedLine,
  ManualClock,
  recordingLogger,
  refuse,
  type SeenRequest,
} from "./kube/testing/index.ts";
import { LeaderElection } from "./leader-election.ts";
import type { Lease } from "./lease.ts";

const lease = { namespace: "forge", name: "controller" };
const isWrite = (request: SeenRequest) => request.method !== "GET";
const eventually = (check: () => void) => vi.waitFor(check, { interval: 1, timeout: 5_000 });

let server: ApiServerDouble;
let clock: ManualClock;
let lines: LoggedLine[];
let cleanUp: (() => Promise<unknown>)[];

beforeEach(async () => {
  server = new ApiServerDouble();
  await server.start();
  clock = new ManualClock();
  lines = [];
  cleanUp = [];
});

afterEach(async () => {
  server.resetAll();
  await Promise.all(cleanUp.map((end) => end()));
  await server.stop();
});

const average = () => 0.5;

function candidate(identity: string, ownClock = clock) {
  const { client, connection } = connect(server.url);
  const stop = new AbortController();
  cleanUp.push(async () => {
    stop.abort();
    await connection.close();
  });
  const log = recordingLogger(lines);
  const election = new LeaderElection({
    client,
    lease,
    identity,
    log,
    clock: ownClock,
    random: average,
  });
  return { acquire: () => election.acquire(stop.signal), stop };
}

const spec = () =>
  server.store.get("leases", lease.namespace, lease.name)?.["spec"] as Required<
    NonNullable<Lease["spec"]>
  >;

/** Lets a round of the election pass: its pause, then its request. */
async function round(): Promise<void> {
  const before = server.requests.length;
  // Its pause, and not the longer time that a request may take, which another round began.
  await eventually(() => expect(clock.isDueWithin(2_000)).toBe(true));
  clock.advance(2_000);
  await eventually(() => expect(server.requests.length).toBeGreaterThan(before));
  await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("a term", () => {
  test("begins with a lease that is missing, and is renewed", async () => {
    const leadership = await candidate("one").acquire();
    expect(spec()).toEqual({
      holderIdentity: "one",
      leaseDurationSeconds: 15,
      acquireTime: "2026-01-01T00:00:00.000000Z",
      renewTime: "2026-01-01T00:00:00.000000Z",
      leaseTransitions: 0,
    });
    await round();
    await eventually(() => expect(spec().renewTime).toBe("2026-01-01T00:00:02.000000Z"));
    expect(spec()).toMatchObject({
      acquireTime: "2026-01-01T00:00:00.000000Z",
      leaseTransitions: 0,
    });
    for (let i = 0; i < 10; i++) await round();
    expect(leadership.signal.aborted).toBe(false);
    await leadership.release();
  });

  test("released, it is the next one's at once", async () => {
    const first = await candidate("one").acquire();
    await first.release();
    expect(spec()).toMatchObject({ holderIdentity: "", leaseDurationSeconds: 1 });
    expect(first.signal.aborted).toBe(false);
    const second = await candidate("two").acquire();
    expect(spec()).toMatchObject({ holderIdentity: "two", leaseTransitions: 1 });
    await second.release();
  });

  test.each([
    { because: "whose clocks agree", skewMs: 0 },
    { because: "whose wall clock is a day ahead", skewMs: 86_400_000 },
    { because: "whose wall clock is a day behind", skewMs: -86_400_000 },
  ])(
    "is taken over only after the lease was seen unchanged, by one $because",
    async ({ skewMs }) => {
      await candidate("one", new ManualClock(clock.now() - skewMs)).acquire();
      let led = false;
      const second = candidate("two")
        .acquire()
        .then((leadership) => {
          led = true;
          return leadership;
        });
      for (let seconds = 0; seconds < 14; seconds += 2) {
        await round();
        expect(led).toBe(false);
      }
      await round();
      const leadership = await second;
      expect(spec()).toMatchObject({ holderIdentity: "two", leaseTransitions: 1 });
      await leadership.release();
    },
  );

  test("of one who renews is not taken over", async () => {
    const first = await candidate("one").acquire();
    const waiting = candidate("two");
    const second = waiting.acquire();
    for (let i = 0; i < 20; i++) await round();
    expect(spec().holderIdentity).toBe("one");
    waiting.stop.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    await first.release();
  });

  test("of two who try at once goes to one", async () => {
    const both = [candidate("one"), candidate("two")];
    const led: string[] = [];
    const terms = both.map(async ({ acquire }, index) => {
      const leadership = await acquire().catch(() => undefined);
      if (leadership) led.push(index === 0 ? "one" : "two");
      return leadership;
    });
    await eventually(() => expect(led).toHaveLength(1));
    await round();
    expect(led).toEqual([spec().holderIdentity]);
    for (const { stop } of both) stop.abort();
    for (const term of terms) await (await term)?.release();
  });
});

describe("a leader fences itself", () => {
  test("when renewals fail until the deadline, counted from the last one sent", async () => {
    const leadership = await candidate("one").acquire();
    await round();
    for (let i = 0; i < 20; i++) server.once(isWrite, refuse(500, "InternalError"));
    for (let i = 0; i < 4; i++) await round();
    expect(leadership.signal.aborted).toBe(false);
    clock.advance(1_999);
    expect(leadership.signal.aborted).toBe(false);
    clock.advance(1);
    expect(leadership.signal.reason).toBeInstanceOf(LeadershipLost);
    await leadership.release();
    expect(spec().holderIdentity).toBe("one");
  });

  test("when the server is silent", async () => {
    const leadership = await candidate("one").acquire();
    for (let i = 0; i < 20; i++)
      server.once(
        () => true,
        () => {},
      );
    clock.advance(9_999);
    expect(leadership.signal.aborted).toBe(false);
    clock.advance(1);
    expect(leadership.signal.aborted).toBe(true);
  });

  test("counting a slow renewal from when it was sent, not from its answer", async () => {
    const leadership = await candidate("one").acquire();
    const held = Promise.withResolvers<void>();
    server.once(isWrite, (response, request) => {
      const stored = server.store.put("leases", JSON.parse(request.body));
      void held.promise.then(() => response.end(JSON.stringify(stored)));
    });
    await round();
    clock.advance(1_900);
    held.resolve();
    await eventually(() => expect(clock.pending).toBe(2));
    for (let i = 0; i < 20; i++) server.once(() => true, refuse(500, "InternalError"));
    clock.advance(8_099);
    expect(leadership.signal.aborted).toBe(false);
    clock.advance(1);
    expect(leadership.signal.aborted).toBe(true);
  });

  test("when another took the lease", async () => {
    const leadership = await candidate("one").acquire();
    const stored = server.store.get("leases", lease.namespace, lease.name);
    if (stored)
      server.store.put("leases", { ...stored, spec: { ...spec(), holderIdentity: "two" } });
    await round();
    await eventually(() => expect(leadership.signal.aborted).toBe(true));
    await leadership.release();
    expect(spec().holderIdentity).toBe("two");
  });
});

describe("a leader goes on", () => {
  test.each([
    {
      because: "a renewal failed but another was in time",
      disturb: () => server.once(isWrite, refuse(500, "InternalError")),
    },
    {
      because: "somebody labelled the lease",
      disturb: () => {
        const stored = server.store.get("leases", lease.namespace, lease.name);
        if (stored) server.store.put("leases", { ...stored });
      },
    },
    {
      because: "the lease was deleted",
      disturb: () => server.store.remove("leases", lease.namespace, lease.name),
    },
    {
      because: "a renewal arrived and its answer was lost",
      disturb: () =>
        server.once(isWrite, (response, request) => {
          server.store.put("leases", JSON.parse(request.body));
          response.destroy();
        }),
    },
  ])("when $because", async ({ disturb }) => {
    const leadership = await candidate("one").acquire();
    disturb();
    for (let i = 0; i < 8; i++) await round();
    expect(leadership.signal.aborted).toBe(false);
    expect(spec().holderIdentity).toBe("one");
    expect(`${spec().renewTime}` > "2026-01-01T00:00:10").toBe(true);
    await leadership.release();
  });
});

test("timings that cannot be safe are refused", () => {
  const { client } = connect(server.url);
  const log = recordingLogger();
  const shared = { client, lease, identity: "x", log, clock, random: Math.random };
  expect(() => new LeaderElection({ ...shared, renewDeadlineMs: 15_000 })).toThrow(RangeError);
  expect(() => new LeaderElection({ ...shared, retryMs: 5_000 })).toThrow(RangeError);
});
