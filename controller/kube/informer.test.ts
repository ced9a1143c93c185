import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApiServerDouble, isList, isWatch, refuse } from "./testing/index.ts";
import { eventually, WatchedWidgets, widget } from "./testing/watched-widgets.ts";

let world: WatchedWidgets;

beforeEach(async () => {
  world = new WatchedWidgets();
  await world.server.start();
});

afterEach(() => world.end());

const watching = () => eventually(() => expect(world.server.watches.size).toBe(1));
const lastWatch = () => world.server.requests.findLast(isWatch);

describe("the first list", () => {
  test("is read in pages and is synced only when whole", async () => {
    for (const name of ["a", "b", "c", "d", "e"]) world.put(widget(name));
    world.server.pageSize = 2;
    const held = Promise.withResolvers<void>();
    world.server.once(
      (r) => r.query.get("continue") === "4",
      (response) => {
        void held.promise.then(() =>
          response.end(JSON.stringify({ metadata: { resourceVersion: "6" }, items: [] })),
        );
      },
    );
    const informer = world.start();
    await eventually(() => expect(world.server.requests.filter(isList)).toHaveLength(3));
    expect(informer.synced).toBe(false);
    expect(informer.cache.size).toBe(0);
    held.resolve();
    await informer.waitForSync(world.stop.signal);
    expect(informer.cache.list().map((o) => o.metadata.name)).toEqual(["a", "b", "c", "d"]);
    expect(informer.cache.get({ namespace: "default", name: "a" })?.kind).toBe("Widget");
  });

  test("waits for a server that is down", async () => {
    const { url, port } = world.server;
    await world.server.stop();
    world.server = new ApiServerDouble();
    world.put(widget("late"));
    const informer = world.start({}, url);
    await eventually(() =>
      expect(world.lines.some((l) => l.message === "watch failed")).toBe(true),
    );
    expect(informer.synced).toBe(false);
    await world.server.start(port);
    await informer.waitForSync(world.stop.signal);
    expect(informer.cache.size).toBe(1);
  });

  test("is not waited for beyond the caller's signal", async () => {
    world.server.once(isList, () => {});
    const informer = world.start();
    const impatient = AbortSignal.timeout(20);
    await expect(informer.waitForSync(impatient)).rejects.toMatchObject({ name: "TimeoutError" });
  });
});

describe("a kind that need not be installed", () => {
  const notServed = (options: { times: number }) => {
    for (let time = 0; time < options.times; time++) {
      world.server.once(isList, refuse(404, "NotFound"));
    }
  };

  test("has no objects, and is found once it is there", async () => {
    world.put(widget("later"));
    notServed({ times: 2 });
    const informer = world.start({ absentRetryMs: 20 });
    await informer.waitForSync(world.stop.signal);
    expect(informer.cache.size).toBe(0);
    expect(informer.denied).toBe("absent");
    await eventually(() => expect(world.told).toEqual(["added later"]));
    expect(informer.denied).toBeUndefined();
    expect(world.lines.filter(({ message }) => message === "watch failed")).toEqual([]);
  });

  test("counts as absent where it may not be read, and the log warns of it", async () => {
    world.put(widget("later"));
    world.server.once(isList, refuse(403, "Forbidden"));
    const informer = world.start({ absentRetryMs: 20 });
    await informer.waitForSync(world.stop.signal);
    expect(world.lines.map(({ message }) => message)).toContain("may not be read: taken as absent");
    expect(informer.denied).toBe("forbidden");
    await eventually(() => expect(world.told).toEqual(["added later"]));
  });

  test("keeps what it knows when it may no longer be read", async () => {
    world.put(widget("known"));
    world.start({ absentRetryMs: 20 });
    await watching();
    world.server.once(isList, refuse(403, "Forbidden"));
    world.server.store.compacted = 100;
    world.server.endWatches();
    await eventually(() =>
      expect(world.lines.filter(({ message }) => message === "watch failed").length).toBe(2),
    );
    expect(world.told).toEqual(["added known"]);
  });

  test("is not synced by any other failure", async () => {
    world.server.once(isList, refuse(400, "BadRequest"));
    const informer = world.start({ absentRetryMs: 20 });
    await eventually(() =>
      expect(world.lines.some(({ message }) => message === "watch failed")).toBe(true),
    );
    expect(informer.synced).toBe(false);
  });

  test("is waited for when it must be installed", async () => {
    notServed({ times: 20 });
    const informer = world.start();
    await eventually(() =>
      expect(world.lines.some(({ message }) => message === "watch failed")).toBe(true),
    );
    expect(informer.synced).toBe(false);
  });
});

describe("what is told", () => {
  test("a bookmark moves the point to resume from", async () => {
    world.start();
    await watching();
    // Other kinds move the server's revision on.
    world.server.store.revision = 40;
    world.server.bookmark("40");
    world.put(widget("a"));
    await eventually(() => expect(world.told).toEqual(["added a"]));
    world.server.bookmark("42");
    world.server.store.compacted = 42;
    world.server.endWatches();
    await eventually(() => expect(lastWatch()?.query.get("resourceVersion")).toBe("42"));
    expect(lastWatch()?.query.get("allowWatchBookmarks")).toBe("true");
    expect(world.server.requests.filter(isList)).toHaveLength(1);
  });

  test("what happened unseen comes to light with the next list", async () => {
    world.put(widget("kept"));
    world.put(widget("changed", 1));
    world.put(widget("gone"));
    world.put(widget("recreated"));
    const informer = world.start();
    await watching();
    world.told.length = 0;
    world.server.once(isWatch, refuse(410, "Expired"));
    const { port } = world.server;
    const { store } = world.server;
    await world.server.stop();
    store.remove("widgets", "default", "gone");
    world.put(widget("changed", 2));
    store.remove("widgets", "default", "recreated");
    world.put(widget("recreated"));
    world.put(widget("new"));
    await world.server.start(port);
    await eventually(() =>
      expect(world.told.toSorted()).toEqual([
        "added new",
        "added recreated",
        "deleted gone",
        "deleted recreated",
        "updated changed",
      ]),
    );
    expect(informer.stats).toMatchObject({ lists: 2, missed: 4 });
    expect(informer.cache.get({ namespace: "default", name: "gone" })).toBeUndefined();
  });

  test("the same resource version is told once", async () => {
    const stored = world.put(widget("a"));
    world.start();
    await watching();
    world.server.writeToWatches(`${JSON.stringify({ type: "MODIFIED", object: stored })}\n`);
    world.put(widget("b"));
    await eventually(() => expect(world.told).toEqual(["added a", "added b"]));
  });

  test("a change comes with its old object, a deletion with the last", async () => {
    world.put(widget("a", 1));
    const informer = world.start();
    const seen: unknown[] = [];
    await watching();
    informer.addHandler((type, object, old) => seen.push([type, object.size, old?.size]));
    world.put(widget("a", 2));
    world.server.store.remove("widgets", "default", "a");
    await eventually(() =>
      expect(seen).toEqual([
        ["added", 1, undefined],
        ["updated", 2, 1],
        ["deleted", 2, undefined],
      ]),
    );
  });

  test("a handler that throws keeps neither the others nor the watch from going on", async () => {
    const informer = world.start();
    informer.addHandler(() => {
      throw new Error("mine");
    });
    await watching();
    world.put(widget("a"));
    world.put(widget("b"));
    await eventually(() => expect(world.told).toEqual(["added a", "added b"]));
    expect(world.lines.filter((l) => l.message === "a change handler threw")).toHaveLength(2);
  });

  test("a resync repeats every object", async () => {
    world.put(widget("a"));
    world.start({ resyncMs: 30 });
    await eventually(() =>
      expect(world.told.filter((t) => t === "resync a").length).toBeGreaterThan(1),
    );
  });

  test("objects are trimmed on the way in, and frozen", async () => {
    const { metadata, ...rest } = widget("a", 5);
    const annotations = {
      "kubectl.kubernetes.io/last-applied-configuration": "{}",
      "example.dev/kept": "yes",
    };
    world.put({ ...rest, metadata: { ...metadata, annotations, managedFields: [{}] } as never });
    const informer = world.start({ trim: ({ size: _, ...kept }) => kept });
    await informer.waitForSync(world.stop.signal);
    const [object] = informer.cache.list();
    expect(object).not.toHaveProperty("size");
    expect(object?.metadata).not.toHaveProperty("managedFields");
    expect(object?.metadata.annotations).toEqual({ "example.dev/kept": "yes" });
    expect(() => Object.assign(object?.metadata ?? {}, { name: "b" })).toThrow(TypeError);
  });
});
