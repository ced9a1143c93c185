import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isWatch, ManualClock, refuse } from "./testing/index.ts";
import { eventually, WatchedWidgets, widget } from "./testing/watched-widgets.ts";

let world: WatchedWidgets;

beforeEach(async () => {
  world = new WatchedWidgets();
  await world.server.start();
});

afterEach(() => world.end());

const watching = () => eventually(() => expect(world.server.watches.size).toBe(1));
const lastWatch = () => world.server.requests.findLast(isWatch);

describe("a watch that breaks", () => {
  const faults = [
    {
      because: "a reset connection is resumed where it stood",
      fault: () => world.server.resetAll(),
      lists: 1,
    },
    {
      because: "a line that breaks off is no event",
      fault: () => {
        world.server.writeToWatches('{"type":"ADDED","object":{"meta');
        world.server.endWatches();
      },
      lists: 1,
    },
    {
      because: "a clean end is resumed where it stood, even when the next try is refused",
      fault: () => {
        world.server.once(isWatch, refuse(503, "ServiceUnavailable", { "retry-after": "0" }));
        world.server.endWatches();
      },
      lists: 1,
    },
    {
      because: "an error event that is not Gone is resumed where it stood",
      fault: () => {
        const object = { kind: "Status", code: 500, reason: "InternalError", message: "etcd" };
        world.server.writeToWatches(`${JSON.stringify({ type: "ERROR", object })}\n`);
      },
      lists: 1,
    },
    {
      because: "410 in the stream asks for a new list",
      fault: () => {
        const object = { kind: "Status", code: 410, reason: "Expired", message: "too old" };
        world.server.writeToWatches(`${JSON.stringify({ type: "ERROR", object })}\n`);
      },
      lists: 2,
    },
    {
      because: "410 on the request asks for a new list",
      fault: () => {
        world.server.once(isWatch, refuse(410, "Expired"));
        world.server.resetAll();
      },
      lists: 2,
    },
    {
      because: "a version from before etcd was restored asks for a new list",
      fault: () => {
        world.server.once(isWatch, (response) => {
          const details = { causes: [{ reason: "ResourceVersionTooLarge" }] };
          response.writeHead(504);
          response.end(JSON.stringify({ kind: "Status", code: 504, reason: "Timeout", details }));
        });
        world.server.resetAll();
      },
      lists: 2,
    },
  ];

  test.each(faults)("$because", async ({ fault, lists }) => {
    world.put(widget("a"));
    const informer = world.start();
    await watching();
    world.put(widget("b"));
    await eventually(() => expect(world.told).toEqual(["added a", "added b"]));
    const before = world.server.requests.filter(isWatch).length;
    fault();
    await eventually(() => {
      expect(world.server.requests.filter(isWatch).length).toBeGreaterThan(before);
      expect(world.server.watches.size).toBe(1);
    });
    world.put(widget("c"));
    await eventually(() => expect(world.told).toEqual(["added a", "added b", "added c"]));
    expect(informer.stats.lists).toBe(lists);
    expect(informer.stats.missed).toBe(0);
    expect(lastWatch()?.query.get("resourceVersion")).toBe("3");
  });

  test("a half-open connection is given up after silence", async () => {
    world.server.once(isWatch, (response) => {
      response.writeHead(200);
      response.flushHeaders();
    });
    const informer = world.start({ livenessMs: 60 });
    await watching();
    world.put(widget("a"));
    await eventually(() => expect(world.told).toEqual(["added a"]));
    expect(informer.stats.reconnects).toBeGreaterThanOrEqual(1);
    expect(informer.stats.lists).toBe(1);
  });

  test("a server that ends each watch at once is not asked again at once", async () => {
    world.server.once(isWatch, (response) => response.end());
    const clock = new ManualClock();
    world.start({ clock });
    await eventually(() => expect(clock.pending).toBe(1));
    clock.advance(99);
    expect(world.server.requests.filter(isWatch)).toHaveLength(1);
    clock.advance(1);
    await watching();
  });

  test("Retry-After is honoured before the watch is tried again", async () => {
    world.server.once(isWatch, refuse(429, "TooManyRequests", { "retry-after": "7" }));
    world.start();
    await eventually(() => {
      const failure = world.lines.find((line) => line.message === "watch failed");
      expect(failure?.fields).toMatchObject({ delayMs: 7_000 });
    });
  });

  test("it is quiet for as long as it has heard and tried nothing", async () => {
    const clock = new ManualClock();
    const informer = world.start({ clock });
    await watching();
    // The watch's own silence is noticed by its connection, which a frozen clock does not wake.
    clock.freeze(600_000);
    expect(informer.quietMs).toBe(600_000);
    world.put(widget("a"));
    await eventually(() => expect(world.told).toEqual(["added a"]));
    expect(informer.quietMs).toBe(0);
  });

  test("watches that tell nothing, one after the other, ask for a new list", async () => {
    for (let i = 0; i < 5; i++) world.server.once(isWatch, (response) => response.end());
    const informer = world.start();
    await eventually(() => expect(informer.stats.lists).toBe(2));
    await watching();
    expect(informer.stats.watches).toBe(6);
  });
});
