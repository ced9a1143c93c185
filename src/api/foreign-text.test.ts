import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foreignText, neutralText } from "./foreign-text.ts";
import { ForgeError, messageOf } from "./forge-error.ts";

const hostile = fc.string({
  unit: fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    fc.constantFrom(..."\u001b\u009b\n\r\t\0\u0085\u2028\u2029\u202e\u2066\u200b\ufeff\ud800 a"),
    fc.constantFrom("\u001b[31m", "\u001b]0;title\u0007", "\r\nfake log line", "\u{e0041}", "👩‍🚀"),
  ),
  maxLength: 300,
});
/** Written out again here, so that a mistake in the one does not hide in the other. */
const harmful = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u;

describe("foreignText", () => {
  test("is one short line without a character that acts on others, whatever comes", () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 100 }), (text, maxLength) => {
        const shown = foreignText(text, maxLength);
        expect(shown).not.toMatch(harmful);
        expect(shown.length).toBeLessThanOrEqual(maxLength);
        expect(foreignText(shown, maxLength)).toBe(shown);
      }),
    );
  });

  test.each([
    { text: "protected branch hook declined", shown: "protected branch hook declined" },
    { text: "remote: \u001b[31mno\u001b[0m", shown: "remote: [31mno [0m" },
    { text: 'a\r\n{"level":"error"}\n', shown: 'a {"level":"error"}' },
    { text: "txt.\u202eexe", shown: "txt.exe" },
    { text: "Zoë 👩‍🚀 می‌خواهم", shown: "Zoë 👩‍🚀 می‌خواهم" },
    { text: "x".repeat(600), shown: `${"x".repeat(499)}…` },
    { text: `${"x".repeat(498)}😀😀`, shown: `${"x".repeat(498)}…` },
  ])("shows $shown", ({ text, shown }) => {
    expect(foreignText(text)).toBe(shown);
  });
});

test("the message of any error is neutral, and keeps its lines", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      for (const message of [new ForgeError("GitProtocol", text).message, messageOf(text)]) {
        expect(message.replaceAll("\n", "")).not.toMatch(harmful);
      }
    }),
  );
  expect(neutralText("one\ntwo")).toBe("one\ntwo");
  expect(new ForgeError("GitProtocol", "x".repeat(100_000)).message.length).toBeLessThan(10_000);
});
