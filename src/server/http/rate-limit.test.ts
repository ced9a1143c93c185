import { expect, test } from "vitest";
import { ManualClock } from "../../../controller/kube/testing/index.ts";
import { RateLimit } from "./rate-limit.ts";

const limited = expect.objectContaining({ code: "RateLimited" });

test("so many at once, then so many a second, each for himself", () => {
  const clock = new ManualClock();
  const limit = new RateLimit({ perSecond: 2, burst: 3 }, clock);
  for (let n = 0; n < 3; n++) limit.take("alice");
  expect(() => limit.take("alice")).toThrow(limited);
  limit.take("bob");
  clock.advance(499);
  expect(() => limit.take("alice")).toThrow(limited);
  clock.advance(1);
  limit.take("alice");
  expect(() => limit.take("alice")).toThrow(limited);
  clock.advance(60_000);
  for (let n = 0; n < 3; n++) limit.take("alice");
  expect(() => limit.take("alice")).toThrow(limited);
});

test("who is refused is told when to come again", () => {
  const limit = new RateLimit({ perSecond: 0.5, burst: 1 }, new ManualClock());
  limit.take("alice");
  expect(() => limit.take("alice")).toThrow(expect.objectContaining({ retry: { afterMs: 2_000 } }));
});

test("looking takes nothing", () => {
  const limit = new RateLimit({ perSecond: 1, burst: 1 }, new ManualClock());
  for (let n = 0; n < 5; n++) limit.check("alice");
  limit.take("alice");
  expect(() => limit.check("alice")).toThrow(limited);
});
