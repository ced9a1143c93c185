import { expect, test } from "vitest";
import { sleep, systemClock } from "./clock.ts";
import { withDeadline } from "./deadline.ts";
import { ManualClock } from "./testing/index.ts";

test("sleep ends with time, or with its signal, and leaves no timer behind", async () => {
  const clock = new ManualClock();
  let woken = 0;
  const stop = new AbortController();
  const first = sleep(clock, 100).then(() => woken++);
  const second = sleep(clock, 500, stop.signal).then(() => woken++);
  clock.advance(99);
  await Promise.resolve();
  expect(woken).toBe(0);
  clock.advance(1);
  await first;
  expect(woken).toBe(1);
  stop.abort();
  await second;
  expect(clock.pending).toBe(0);
  await sleep(clock, 500, stop.signal);
});

test("the system's timers can be cancelled", async () => {
  const fired: string[] = [];
  systemClock.after(1, () => fired.push("cancelled"))();
  await sleep(systemClock, 5);
  expect(fired).toEqual([]);
});

test("a deadline aborts with its own reason, the caller's signal with the caller's", async () => {
  const clock = new ManualClock();
  const caller = new AbortController();
  const options = {
    clock,
    timeoutMs: 10,
    timeoutReason: () => new Error("late"),
    signal: caller.signal,
  };
  const late = withDeadline(options, untilAborted);
  clock.advance(10);
  await expect(late).rejects.toThrow("late");
  const stopped = withDeadline(options, untilAborted);
  caller.abort(new Error("stopped"));
  await expect(stopped).rejects.toThrow("stopped");
  await expect(withDeadline(options, async () => 1)).rejects.toThrow("stopped");
  expect(clock.pending).toBe(0);
});

function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
