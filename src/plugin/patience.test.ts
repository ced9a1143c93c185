import { describe, expect, test } from "vitest";
import { ForgeError } from "../api/index.ts";
import { RegistryError } from "../oci/index.ts";
import { withPatience } from "./patience.ts";

const signal = AbortSignal.timeout(20_000);
const down = new ForgeError("RegistryUnreachable", "nobody there");

function deps(waits: number[] = []) {
  return {
    random: () => 0.5,
    sleep: async (ms: number, signal: AbortSignal) => {
      signal.throwIfAborted();
      waits.push(ms);
    },
    observer: { retried: () => undefined, read: () => undefined, made: () => undefined },
  };
}

describe("withPatience", () => {
  test("waits longer each time, up to a bound, until it works", async () => {
    const waits: number[] = [];
    let tries = 0;
    const result = await withPatience(
      "the image",
      async () => {
        tries += 1;
        if (tries < 8) throw down;
        return "there";
      },
      deps(waits),
      signal,
    );
    expect(result).toBe("there");
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
  });

  test.each([
    { failure: new ForgeError("ImageNotFound", "x"), because: "what is not there stays away" },
    { failure: new ForgeError("ImageInvalid", "x"), because: "bytes do not get better" },
    {
      failure: new RegistryError("RegistryUnauthorized", "x", { status: 401, codes: [] }),
      because: "credentials do not appear",
    },
    { failure: new TypeError("x"), because: "a bug stays one" },
  ])("throws at once when $because", async ({ failure }) => {
    const waits: number[] = [];
    const broken = withPatience("the image", () => Promise.reject(failure), deps(waits), signal);
    await expect(broken).rejects.toBe(failure);
    expect(waits).toEqual([]);
  });

  test.each([408, 429, 500, 503])("%i passes", async (status) => {
    const failures = [new RegistryError("RegistryRefused", "x", { status, codes: [] })];
    const result = withPatience(
      "the image",
      async () => {
        const failure = failures.pop();
        if (failure) throw failure;
        return 1;
      },
      deps(),
      signal,
    );
    expect(await result).toBe(1);
  });

  test("when time is up, says what was wrong rather than that time was up", async () => {
    const stop = new AbortController();
    let tries = 0;
    const broken = withPatience(
      "the image",
      async () => {
        tries += 1;
        if (tries === 3) stop.abort(new Error("time is up"));
        if (stop.signal.aborted) throw stop.signal.reason;
        throw down;
      },
      deps(),
      stop.signal,
    );
    await expect(broken).rejects.toBe(down);
  });

  test("when time is up before the first answer, names what was asked for", async () => {
    const stop = new AbortController();
    const broken = withPatience(
      "the image",
      async () => {
        stop.abort();
        throw new Error("The operation was aborted");
      },
      deps(),
      stop.signal,
    );
    await expect(broken).rejects.toMatchObject({
      code: "RegistryUnreachable",
      message: "the image could not be read in time",
    });
  });
});
