import { expect, test } from "vitest";
import { Slots } from "./slots.ts";

const forever = new AbortController().signal;

test("no more than so many run at a time, and all of them in the end", async () => {
  const slots = new Slots(3);
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, () => slots.run(work, forever)));
  expect(most).toBe(3);
});

test("who gives up while waiting takes no place, and a failure frees its own", async () => {
  const slots = new Slots(1);
  const gate = Promise.withResolvers<void>();
  const first = slots.run(() => gate.promise, forever);
  const stop = new AbortController();
  const second = slots.run(async () => "second", stop.signal);
  const third = slots.run(async () => "third", forever);
  stop.abort(new Error("enough"));
  await expect(second).rejects.toThrow("enough");
  gate.reject(new Error("first failed"));
  await expect(first).rejects.toThrow("first failed");
  expect(await third).toBe("third");
  expect(await slots.run(async () => "fourth", forever)).toBe("fourth");
});
