import { expect, test } from "vitest";
import { ManualClock } from "../../../controller/kube/testing/index.ts";
import { Idempotency } from "./idempotency.ts";

const request = { user: "alice", operation: "createRelease", header: "build-1", content: { a: 1 } };
const done = (n: number) => ({ status: 201, body: { n } });

function counted() {
  const idempotency = new Idempotency(new ManualClock());
  let count = 0;
  const once = async (change: Partial<typeof request> = {}, work = async () => done(++count)) =>
    (await idempotency.once({ ...request, ...change }, undefined, work)).answer;
  return { once, count: () => count };
}

test("the same again is answered the same, and done once", async () => {
  const { once, count } = counted();
  expect([await once(), await once()]).toEqual([done(1), done(1)]);
  expect(count()).toBe(1);
});

test.each([
  { change: { user: "bob" }, because: "another caller's key is another key" },
  { change: { operation: "createApproval" }, because: "another route's key is another key" },
  { change: { header: "build-2" }, because: "it is another key" },
])("$change is done, since $because", async ({ change }) => {
  const { once, count } = counted();
  await once();
  await once(change);
  expect(count()).toBe(2);
});

test("another request may not use the key", async () => {
  const { once } = counted();
  await once();
  const reused = expect.objectContaining({ code: "IdempotencyKeyReused" });
  await expect(once({ content: { a: 2 } })).rejects.toEqual(reused);
});

test("while the first is under way the second waits outside, and what failed may be tried again", async () => {
  const { once, count } = counted();
  const gate = Promise.withResolvers<never>();
  const first = once({}, () => gate.promise);
  const inUse = expect.objectContaining({ code: "IdempotencyKeyInUse" });
  await expect(once()).rejects.toEqual(inUse);
  gate.reject(new Error("broken"));
  await expect(first).rejects.toThrow("broken");
  expect(await once()).toEqual(done(1));
  expect(count()).toBe(1);
});

test("what another replica answered is found in the store", async () => {
  const idempotency = new Idempotency(new ManualClock());
  const first = await idempotency.once(request, undefined, async () => done(1));
  const kept = { fingerprint: first.once?.fingerprint ?? "", status: 201, body: { n: 7 } };
  const another = new Idempotency(new ManualClock());
  const store = { find: async () => kept };
  const again = await another.once(request, store, async () => done(8));
  expect(again).toMatchObject({ answer: done(7), isReplayed: true });
});

test.each(["", "a b", "é", "x".repeat(256)])("%j is no key", async (header) => {
  const { once } = counted();
  const invalid = expect.objectContaining({ code: "RequestInvalid" });
  await expect(once({ header })).rejects.toEqual(invalid);
});
