import { describe, expect, test } from "vitest";
import { prepare } from "./append.ts";
import type { Fact } from "./ports.ts";
import { fact } from "./testing/facts.ts";

describe("a fact that is about to be recorded", () => {
  test.each([
    {
      because: "credentials hide in URLs",
      details: { url: "https://u:p@host/" },
      is: { url: "https://***@host/" },
    },
    {
      because: "a name tells",
      details: { deep: [{ token: "abc" }] },
      is: { deep: [{ token: "***" }] },
    },
    { because: "PostgreSQL holds no NUL", details: { text: "a\0b" }, is: { text: "a\ufffdb" } },
    { because: "JSON has no undefined", details: { gone: undefined, kept: 1 }, is: { kept: 1 } },
  ])("is cleaned: $because", ({ details, is }) => {
    expect(prepare(fact(1, { details: details as unknown as Fact["details"] })).details).toEqual(
      is,
    );
  });

  test("takes nothing along that a fact has not", () => {
    const entry = { ...fact(1), sequence: 7, hash: "x", previous: "y", recordedAt: "z" };
    expect(prepare(entry)).toEqual(fact(1));
  });

  test.each([
    { because: "its kind is none", over: { kind: "Rumour" as never }, says: "kind" },
    { because: "its time is none", over: { time: "soon" }, says: "time" },
    { because: "a text is too long", over: { subject: "s".repeat(1_025) }, says: "subject" },
    {
      because: "it is too large",
      over: { details: { text: "ü".repeat(66_000) } },
      says: "details",
    },
  ])("is refused when $because", ({ over, says }) => {
    expect(() => prepare(fact(1, over))).toThrow(says);
    expect(() => prepare(fact(1, over))).toThrow(
      expect.objectContaining({ code: "LedgerEntryInvalid", retry: "never" }) as Error,
    );
  });

  test("has its time in the one form that is compared", () => {
    expect(prepare(fact(1, { time: "2026-01-01T01:00:00+01:00" })).time).toBe(
      "2026-01-01T00:00:00.000Z",
    );
  });
});
