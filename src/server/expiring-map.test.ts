import { expect, test } from "vitest";
import { ManualClock } from "../../controller/kube/testing/index.ts";
import { ExpiringMap } from "./expiring-map.ts";

test("a value is known until its time is over", () => {
  const clock = new ManualClock();
  const map = new ExpiringMap<number>({ maximum: 10, clock });
  map.set("a", 1, 100);
  clock.advance(99);
  expect(map.get("a")).toBe(1);
  clock.advance(1);
  expect(map.get("a")).toBeUndefined();
  expect(map.size).toBe(0);
});

test("no more than the maximum are kept: the first that was set goes first", () => {
  const map = new ExpiringMap<number>({ maximum: 2, clock: new ManualClock() });
  for (const key of ["a", "b", "a", "c"]) map.set(key, 1, 100);
  expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([1, undefined, 1]);
});
