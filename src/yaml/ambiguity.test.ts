import { describe, expect, test } from "vitest";
import { ambiguityIn } from "./ambiguity.ts";

describe("ambiguityIn", () => {
  test.each([
    { text: "a: b # c\nd: [1, 'on', \"no\"]\n", because: "it is plain" },
    {
      text: "a: on\nb: 017\n",
      because: "a value may be of another type, and is in the same place",
    },
    { text: "\ufeffa: b\n", because: "all readers pass over a mark of the encoding at the start" },
    { text: "a: b\r\nc: |\r\n  d\r\n", because: "all readers know the line ends of Windows" },
    { text: "'<<': 1\n'on': 2\n", because: "quotes make a text of it" },
    { text: "a: &x b\n", because: "an anchor without an alias names nothing" },
    { text: "é: 😀\n", because: "other letters are letters" },
  ])("finds nothing in $text: $because", ({ text }) => {
    expect(ambiguityIn(text)).toBeUndefined();
  });

  test.each([
    {
      text: "a: b\n# c\u2028d: e\n",
      line: 2,
      why: "U+2028",
      because: "YAML 1.1 ends a line there",
    },
    { text: "a: b\u0085c: d\n", line: 1, why: "U+0085", because: "so it does there" },
    { text: "a: b\rc: d\n", line: 1, why: "U+000D", because: "alone it ends a line to some" },
    { text: "a: b\n\ufeffc: d\n", line: 2, why: "U+FEFF", because: "it is a letter to some" },
    { text: "a: \u0001\n", line: 1, why: "U+0001", because: "it is an error to some" },
    { text: "%YAML 1.1\n---\na: b\n", line: 1, why: "directive", because: "words change by it" },
    { text: "a: b\nc: !!str 1\n", line: 2, why: "a tag", because: "some pass over it" },
    { text: "a: &x b\n\nc: *x\n", line: 3, why: "an alias", because: "some refuse it" },
    { text: "a:\n  <<: {b: c}\n", line: 2, why: "merge key", because: "some take it for a key" },
    { text: "on: a\n", line: 1, why: "the key on", because: "it is true to some" },
    { text: "a: 1\na: 2\n", line: 2, why: "duplicated", because: "some take the last" },
    { text: "a: [\n", line: 2, why: "", because: "it is no YAML" },
  ])("finds line $line of $text: $because", ({ text, line, why }) => {
    expect(ambiguityIn(text)).toEqual({ line, why: expect.stringContaining(why) });
  });
});
