import { describe, expect, test } from "vitest";
import { Slots } from "./slots.ts";

describe("Slots", () => {
  test("a share per caller and a total for all; a slot that is given back is free again", () => {
    const { signal: stopping } = new AbortController();
    const slots = new Slots({ total: 3, perCaller: 2, of: "streams", stopping });
    const first = slots.take("alice");
    slots.take("alice");
    expect(() => slots.take("alice")).toThrow(expect.objectContaining({ code: "RateLimited" }));
    slots.take("bob");
    expect(() => slots.take("carol")).toThrow(expect.objectContaining({ code: "ServerBusy" }));
    expect(slots.inUse).toBe(3);
    first.giveBack();
    first.giveBack();
    expect([first.signal.aborted, slots.inUse]).toEqual([true, 2]);
    expect(slots.take("alice").signal.aborted).toBe(false);
    expect(() => slots.take("carol")).toThrow(expect.objectContaining({ code: "ServerBusy" }));
  });

  test("a server that stops ends them all", () => {
    const stop = new AbortController();
    const slots = new Slots({ total: 1, perCaller: 1, of: "streams", stopping: stop.signal });
    const slot = slots.take("alice");
    stop.abort();
    expect(slot.signal.aborted).toBe(true);
    // It counts until its holder gives it back.
    expect(() => slots.take("bob")).toThrow(expect.objectContaining({ code: "ServerBusy" }));
    slot.giveBack();
    expect(slots.take("bob").signal.aborted).toBe(true);
  });
});
