import { describe, expect, test } from "vitest";
import { ConcurrencyLimit } from "./concurrency-limit.ts";

const signal = AbortSignal.timeout(20_000);

function held() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, resolve };
}

describe("ConcurrencyLimit", () => {
  test("runs so many at once, the others in order", async () => {
    const limit = new ConcurrencyLimit(2);
    const order: number[] = [];
    const gates = [held(), held(), held(), held()];
    const done = gates.map(({ work }, index) =>
      limit.run(async () => {
        order.push(index);
        await work();
      }, signal),
    );
    expect([order, limit.running, limit.waiting]).toEqual([[0, 1], 2, 2]);
    gates[1]?.resolve();
    await done[1];
    await new Promise(setImmediate);
    expect(order).toEqual([0, 1, 2]);
    for (const gate of gates) gate.resolve();
    await Promise.all(done);
    expect([order, limit.running, limit.waiting]).toEqual([[0, 1, 2, 3], 0, 0]);
  });

  test("refuses who would wait behind too many", async () => {
    const limit = new ConcurrencyLimit(1, {
      mayWait: 1,
      refusal: ({ running, waiting }) => new Error(`${running} run, ${waiting} wait`),
    });
    const gate = held();
    const running = limit.run(gate.work, signal);
    const waiting = limit.run(async () => undefined, signal);
    await expect(limit.run(gate.work, signal)).rejects.toThrow("1 run, 1 wait");
    gate.resolve();
    await Promise.all([running, waiting]);
  });

  test("who gives up while waiting leaves the queue, and a failure frees its place", async () => {
    const limit = new ConcurrencyLimit(1);
    const gate = held();
    const running = limit.run(async () => {
      await gate.work();
      throw new Error("broken");
    }, signal);
    const stop = new AbortController();
    const gone = limit.run(async () => "late", stop.signal);
    stop.abort(new Error("gave up"));
    await expect(gone).rejects.toThrow("gave up");
    expect(limit.waiting).toBe(0);
    gate.resolve();
    await expect(running).rejects.toThrow("broken");
    expect(await limit.run(async () => "next", signal)).toBe("next");
  });
});
