import { afterEach, describe, expect, test } from "vitest";
import { isList, isWatch, refuse, type SeenRequest } from "./kube/testing/index.ts";
import { ReconciledWidgets } from "./testing/reconciled-widgets.ts";

/**
 * Each fault is judged by what a whole controller makes of it: everything is delivered, nothing is
 * delivered twice, and while the fault lasts the server is asked no more than a sound number of
 * times a minute.
 */

/** One a second. What goes round without a pause asks thousands of times. */
const requestsAMinute = 60;

interface Fault {
  readonly because: string;
  /** Begins the fault; what is returned ends it. */
  readonly begin: (world: ReconciledWidgets) => (() => unknown) | Promise<() => unknown>;
  /** Lists made in all. */
  readonly lists?: number;
  readonly livenessMs?: number;
  /** Objects in the cache while the fault lasts. */
  readonly cached?: number;
}

const watches = ({ requests }: ReconciledWidgets["server"]) => requests.filter(isWatch).length;
const isWrite = ({ method }: SeenRequest) => method === "PUT";
const errorEvent = (code: number, reason: string) =>
  `${JSON.stringify({ type: "ERROR", object: { kind: "Status", code, reason } })}\n`;
const bookmark = (resourceVersion: string | null) => {
  const metadata = { resourceVersion };
  return `${JSON.stringify({ type: "BOOKMARK", object: { metadata } })}\n`;
};
const isOrAny = (expected: number | undefined) => (found: number) =>
  expected === undefined || found === expected;

const faults: readonly Fault[] = [
  {
    because: "a server that is gone is waited for",
    begin: async ({ server }) => {
      const { port } = server;
      await server.stop();
      return () => server.start(port);
    },
    lists: 1,
  },
  {
    because: "connections that are reset again and again are resumed, not begun anew",
    begin: ({ server }) => {
      const stop = server.always(isWatch, (response) => response.destroy());
      server.resetAll();
      return stop;
    },
    lists: 1,
  },
  {
    because: "a half-open connection is given up after silence",
    livenessMs: 200,
    begin: ({ server }) => {
      const stop = server.always(isWatch, (response) => {
        response.writeHead(200);
        response.flushHeaders();
      });
      server.resetAll();
      return stop;
    },
  },
  {
    because: "a server that ends every watch politely is not asked again at once",
    begin: ({ server }) => {
      const stop = server.always(isWatch, (response) => response.end());
      server.endWatches();
      return stop;
    },
  },
  {
    because: "a server that sends a bookmark and ends each watch is not asked again at once",
    begin: ({ server }) => {
      const stop = server.always(isWatch, (response, { query }) =>
        response.end(bookmark(query.get("resourceVersion"))),
      );
      server.endWatches();
      return stop;
    },
  },
  {
    because: "410 in every stream lists anew, no more often than errors are tried again",
    begin: ({ server }) => {
      const stop = server.always(isWatch, (response) => response.end(errorEvent(410, "Expired")));
      server.writeToWatches(errorEvent(410, "Expired"));
      return stop;
    },
  },
  {
    because: "410 to every watch lists anew, no more often than errors are tried again",
    begin: ({ server }) => {
      const stop = server.always(isWatch, refuse(410, "Expired"));
      server.resetAll();
      return stop;
    },
  },
  {
    because: "429 with Retry-After is obeyed, by watches and by writes",
    begin: ({ server }) => {
      const stop = server.always(
        () => true,
        refuse(429, "TooManyRequests", { "retry-after": "7" }),
      );
      server.resetAll();
      return stop;
    },
  },
  {
    because: "503 with Retry-After is obeyed, by watches and by writes",
    begin: ({ server }) => {
      const stop = server.always(
        () => true,
        refuse(503, "ServiceUnavailable", { "retry-after": "5" }),
      );
      server.resetAll();
      return stop;
    },
  },
  {
    because: "503 without a word of when is tried with growing delays",
    begin: ({ server }) => {
      const stop = server.always(() => true, refuse(503, "ServiceUnavailable"));
      server.resetAll();
      return stop;
    },
  },
  {
    because: "a list that takes long is not taken for complete, and the old cache stays in use",
    begin: ({ server }) => {
      const held = Promise.withResolvers<void>();
      server.once(isList, (response) => {
        response.writeHead(200);
        response.write('{"metadata":{"resourceVersion":"1"},');
        void held.promise.then(() => response.destroy());
      });
      server.store.compacted = server.store.revision + 1;
      server.endWatches();
      return () => {
        server.store.compacted = 0;
        held.resolve();
      };
    },
    cached: 2,
  },
  {
    because: "a list that breaks off is not taken for complete",
    begin: ({ server }) => {
      const stop = server.always(isList, (response) => response.end('{"items":[{"metadata":'));
      server.writeToWatches(errorEvent(410, "Expired"));
      return stop;
    },
    cached: 2,
  },
  {
    because: "a line that breaks off is no event",
    begin: ({ server }) => {
      const stop = server.always(isWatch, (response) => response.end('{"type":"DELETED","obj'));
      server.writeToWatches('{"type":"ADDED","object":{"meta');
      server.endWatches();
      return stop;
    },
  },
  {
    because: "a version that fell out of the window while no bookmark came asks for a new list",
    begin: ({ server }) => {
      const stop = server.always(isWatch, (response) => response.destroy());
      server.resetAll();
      return () => {
        server.store.compacted = server.store.revision;
        stop();
      };
    },
    lists: 2,
  },
  {
    because: "events that are repeated, or tell of the past, change nothing",
    begin: ({ server }) => {
      const past = server.store.history.map(
        ({ type, object }) => `${JSON.stringify({ type, object })}\n`,
      );
      server.writeToWatches(past.join(""));
      return () => server.writeToWatches(past.toReversed().join(""));
    },
    lists: 1,
  },
  {
    because: "a storm of conflicts is met with growing delays",
    begin: ({ server }) => server.always(isWrite, refuse(409, "Conflict")),
    lists: 1,
  },
];

let world: ReconciledWidgets;

afterEach(() => world.end());

describe("a controller under a fault delivers everything, nothing twice, and asks with measure", () => {
  test.each(faults)(
    "$because",
    { timeout: 30_000 },
    async ({ begin, lists, livenessMs, cached }) => {
      world = new ReconciledWidgets();
      await world.server.start();
      world.put("changed", 1);
      world.put("removed", 1);
      world.start({ ...(livenessMs && { livenessMs }) });
      await world.converge();
      // What the watch told before, it tells on: the fault strikes a sound watch.
      await world.pass(15_000);

      const end = await begin(world);
      world.put("changed", 2);
      world.put("created", 1);
      world.remove("removed");
      const before = world.server.requests.length;
      await world.pass(60_000);
      expect(world.server.requests.length - before).toBeLessThanOrEqual(requestsAMinute);
      expect(world.informer.cache.size).toSatisfy(isOrAny(cached));
      await end();
      await world.converge();

      expect(world.deliveries.toSorted()).toEqual([
        "changed:1",
        "changed:2",
        "created:1",
        "removed:1",
      ]);
      expect(world.looks.get("removed")).toBeGreaterThan(1);
      expect(world.informer.stats.lists).toSatisfy(isOrAny(lists));
      await world.pass(60_000);
      const settled = world.server.requests.length;
      await world.pass(60_000);
      expect(world.server.requests.length - settled).toBeLessThanOrEqual(1);
    },
  );

  test("a server that is not there at the start is waited for, and nothing is taken for synced", async () => {
    world = new ReconciledWidgets();
    const url = await world.server.start();
    const { port } = world.server;
    await world.server.stop();
    world.put("late", 1);
    world.start({ url });
    await world.pass(60_000);
    expect(world.informer.synced).toBe(false);
    expect(world.lines.filter(({ message }) => message === "watch failed").length).toBeLessThan(40);
    await world.server.start(port);
    await world.converge();
    expect(world.deliveries).toEqual(["late:1"]);
  });

  test("a watch that is idle asks nothing", async () => {
    world = new ReconciledWidgets();
    await world.server.start();
    world.start();
    await world.pass(10_000);
    expect(watches(world.server)).toBe(1);
    await world.pass(120_000);
    expect(world.server.requests).toHaveLength(2);
  });
});
