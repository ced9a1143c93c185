import { describe, expect, test } from "vitest";
import { Places } from "./places.ts";

describe("Places", () => {
  test("so many of one caller, and so many in all; who leaves makes room", () => {
    const { signal: stopping } = new AbortController();
    const places = new Places({ total: 3, perCaller: 2, stopping });
    const first = places.take("alice");
    places.take("alice");
    expect(() => places.take("alice")).toThrow(expect.objectContaining({ code: "RateLimited" }));
    places.take("bob");
    expect(() => places.take("carol")).toThrow(expect.objectContaining({ code: "ServerBusy" }));
    first.leave();
    first.leave();
    expect(first.signal.aborted).toBe(true);
    expect(places.take("alice").signal.aborted).toBe(false);
    expect(() => places.take("carol")).toThrow(expect.objectContaining({ code: "ServerBusy" }));
  });

  test("a server that stops ends them all", () => {
    const stop = new AbortController();
    const places = new Places({ total: 1, perCaller: 1, stopping: stop.signal });
    const place = places.take("alice");
    stop.abort();
    expect(place.signal.aborted).toBe(true);
    // It counts until whoever holds it is done with it.
    expect(() => places.take("bob")).toThrow(expect.objectContaining({ code: "ServerBusy" }));
    place.leave();
    expect(() => places.take("bob")).not.toThrow();
  });
});
