import { describe, expect, test } from "vitest";
import { wedged, wedgedMs } from "./wedged.ts";

const informer = (plural: string, quietMs: number) => ({ resource: { plural }, quietMs });

describe("whether the server hangs", () => {
  test.each([
    {
      because: "bookmarks come every minute",
      informers: [informer("releases", 70_000)],
      writingMs: 0,
      says: [],
    },
    {
      because: "one informer is silent, and the others are not",
      informers: [informer("releases", wedgedMs + 1), informer("projects", 0)],
      writingMs: 0,
      says: [`releases: nothing was heard for ${wedgedMs + 1} ms`],
    },
    {
      because: "a write to the ledger neither ends nor fails",
      informers: [],
      writingMs: wedgedMs + 1,
      says: [`the ledger: a write has not ended for ${wedgedMs + 1} ms`],
    },
  ])("$because", ({ informers, writingMs, says }) => {
    expect(wedged(informers, { writingMs })).toEqual(says);
  });
});
