import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Key, keyText } from "./kube/index.ts";
import { ManualClock } from "./kube/testing/index.ts";
import { WorkQueue } from "./work-queue.ts";

const key = (name: string): Key => ({ namespace: "default", name });

function newQueue(random = () => 1, perNamespace = Number.POSITIVE_INFINITY) {
  const clock = new ManualClock();
  return { clock, queue: new WorkQueue({ clock, random, perNamespace }) };
}

/** The names that come out at once, each given back as done. */
async function drain(queue: WorkQueue): Promise<string[]> {
  const names: string[] = [];
  while (queue.depth > 0) {
    const next = await queue.next();
    if (next === undefined) break;
    names.push(next.name);
    queue.done(next);
  }
  return names;
}

describe("order", () => {
  test("first in, first out; a key that waits is not added twice", async () => {
    const { queue } = newQueue();
    for (const name of ["a", "b", "a", "c"]) queue.add(key(name));
    expect(await drain(queue)).toEqual(["a", "b", "c"]);
  });

  test("higher priorities first; added again, a key keeps the highest", async () => {
    const { queue } = newQueue();
    queue.add(key("low"), { priority: -1 });
    queue.add(key("normal"));
    queue.add(key("raised"), { priority: -1 });
    queue.add(key("raised"), { priority: 5 });
    queue.add(key("raised"), { priority: 0 });
    expect(await drain(queue)).toEqual(["raised", "normal", "low"]);
  });

  test("delayed keys come when they are due; added again, the earlier time counts", async () => {
    const { clock, queue } = newQueue();
    queue.add(key("slow"), { afterMs: 1_000 });
    queue.add(key("fast"), { afterMs: 100 });
    queue.add(key("hurried"), { afterMs: 5_000 });
    queue.add(key("hurried"), { afterMs: 500 });
    queue.add(key("hurried"), { afterMs: 9_000 });
    expect(queue.depth).toBe(0);
    clock.advance(100);
    expect(await drain(queue)).toEqual(["fast"]);
    clock.advance(900);
    expect(await drain(queue)).toEqual(["hurried", "slow"]);
    clock.advance(60_000);
    expect(queue.depth).toBe(0);
  });

  test("a delay of weeks does not come due at once", () => {
    const { clock, queue } = newQueue();
    queue.add(key("a"), { afterMs: 40 * 86_400_000 });
    clock.advance(39 * 86_400_000);
    expect(queue.depth).toBe(0);
    clock.advance(86_400_000);
    expect(queue.depth).toBe(1);
  });
});

describe("one worker a key", () => {
  test("a key added while it is worked on comes again after, once", async () => {
    const { queue } = newQueue();
    queue.add(key("a"));
    const taken = await queue.next();
    queue.add(key("a"));
    queue.add(key("a"));
    expect(queue.depth).toBe(0);
    if (taken) queue.done(taken);
    expect(await drain(queue)).toEqual(["a"]);
  });

  test("a worker that waits gets the next key, or nothing when the queue closes", async () => {
    const { queue } = newQueue();
    const first = queue.next();
    const second = queue.next();
    queue.add(key("a"));
    expect(await first).toEqual(key("a"));
    queue.close();
    expect(await second).toBeUndefined();
    queue.add(key("b"));
    expect(await queue.next()).toBeUndefined();
  });
});

describe("failures", () => {
  test("delays double up to the cap, and begin anew once forgotten", async () => {
    const { queue } = newQueue();
    const delays = Array.from({ length: 14 }, () => queue.addFailed(key("a")));
    expect(delays.slice(0, 4)).toEqual([250, 500, 1_000, 2_000]);
    expect(delays.at(-1)).toBe(300_000);
    queue.forget(key("a"));
    expect(queue.addFailed(key("a"))).toBe(250);
  });

  test("bad luck halves a delay at most", () => {
    expect(newQueue(() => 0).queue.addFailed(key("a"))).toBe(125);
  });
});

test("the age of the oldest counts from when it was due", async () => {
  const { clock, queue } = newQueue();
  expect(queue.oldestMs).toBe(0);
  queue.add(key("a"), { afterMs: 300 });
  queue.add(key("b"));
  clock.advance(200);
  expect(queue.oldestMs).toBe(200);
  await queue.next();
  clock.advance(400);
  expect(queue.oldestMs).toBe(300);
});

type Step =
  | {
      readonly do: "add";
      readonly name: string;
      readonly priority: number;
      readonly afterMs: number;
    }
  | { readonly do: "take" }
  | { readonly do: "done"; readonly failed: boolean }
  | { readonly do: "advance"; readonly ms: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant("add" as const),
      name: fc.constantFrom("a", "b", "c", "d"),
      priority: fc.integer({ min: -1, max: 2 }),
      afterMs: fc.constantFrom(0, 0, 10, 50, 1_000),
    }),
    fc.record({ do: fc.constant("take" as const) }),
    fc.record({ do: fc.constant("done" as const), failed: fc.boolean() }),
    fc.record({ do: fc.constant("advance" as const), ms: fc.integer({ min: 0, max: 2_000 }) }),
  ),
  { maxLength: 120 },
);

describe("shares of namespaces", () => {
  const of = (namespace: string, name: string): Key => ({ namespace, name });
  const taken = async (queue: WorkQueue) => (await queue.next())?.name;

  test("a namespace whose keys take long leaves workers to others", async () => {
    const { queue } = newQueue(undefined, 2);
    for (const name of ["a1", "a2", "a3", "a4"]) queue.add(of("a", name));
    queue.add(of("b", "b1"));
    expect([await taken(queue), await taken(queue), await taken(queue)]).toEqual([
      ...["a1", "a2", "b1"],
    ]);
    expect(queue.depth).toBe(2);
  });

  test("what waits for its namespace goes on with the next that is done, by priority", async () => {
    const { queue } = newQueue(undefined, 1);
    queue.add(of("a", "a1"));
    expect(await taken(queue)).toBe("a1");
    queue.add(of("a", "a2"));
    queue.add(of("a", "a3"), { priority: 5 });
    const next = queue.next();
    queue.add(of("a", "a4"), { priority: 9 });
    queue.done(of("a", "a1"));
    expect((await next)?.name).toBe("a4");
    queue.done(of("a", "a4"));
    expect(await taken(queue)).toBe("a3");
    queue.done(of("a", "a3"));
    expect(await taken(queue)).toBe("a2");
  });

  test("a key that comes again while it is worked on waits behind itself alone", async () => {
    const { queue } = newQueue(undefined, 1);
    queue.add(of("a", "a1"));
    const first = await queue.next();
    queue.add(of("a", "a1"));
    queue.done(first ?? of("a", ""));
    expect(await taken(queue)).toBe("a1");
  });
});

test("never two workers for a key, no key that was added is lost, shares are kept", async () => {
  const share = fc.constantFrom(1, 2, Number.POSITIVE_INFINITY);
  await fc.assert(
    fc.asyncProperty(steps, share, async (script, perNamespace) => {
      const { clock, queue } = newQueue(undefined, perNamespace);
      const key = (name: string): Key => ({ namespace: name < "c" ? "one" : "two", name });
      const working: Key[] = [];
      /** Added since a worker last took it: owes a look. */
      const owed = new Set<string>();
      const take = (taken: Key | undefined) => {
        if (taken === undefined) return;
        expect(working.map(keyText)).not.toContain(keyText(taken));
        owed.delete(keyText(taken));
        working.push(taken);
        const { namespace } = taken;
        const inFlight = working.filter((one) => one.namespace === namespace);
        expect(inFlight.length).toBeLessThanOrEqual(perNamespace);
      };
      const waiting: Promise<void>[] = [];
      for (const step of script) {
        if (step.do === "add") {
          queue.add(key(step.name), step);
          owed.add(keyText(key(step.name)));
        } else if (step.do === "take") waiting.push(queue.next().then(take));
        else if (step.do === "advance") clock.advance(step.ms);
        else {
          const given = working.shift();
          if (given !== undefined) {
            if (step.failed) {
              queue.addFailed(given);
              owed.add(keyText(given));
            }
            queue.done(given);
          }
        }
        await Promise.resolve();
      }
      for (const given of working.splice(0)) queue.done(given);
      for (let round = 0; round < 400 && owed.size > 0; round++) {
        clock.advance(1_000_000);
        waiting.push(queue.next().then(take));
        await Promise.resolve();
        await Promise.resolve();
        for (const given of working.splice(0)) queue.done(given);
      }
      expect([...owed]).toEqual([]);
      expect(queue.depth).toBe(0);
      queue.close();
      await Promise.all(waiting);
    }),
    { numRuns: 300 },
  );
});
