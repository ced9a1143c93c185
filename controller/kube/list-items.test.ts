import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ListItems } from "./list-items.ts";

/** Reads a text that comes in pieces of the given lengths, and the remainder in one. */
function read(text: string, lengths: readonly number[] = []) {
  const items: unknown[] = [];
  const list = new ListItems((item) => items.push(item));
  let rest = Buffer.from(text);
  for (const length of lengths) {
    list.add(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
  list.add(rest);
  return { items, frame: list.frame() };
}

describe("ListItems", () => {
  test.each([
    {
      text: '{"items":[],"kind":"L"}',
      items: [],
      frame: { items: [], kind: "L" },
      because: "a list may be empty",
    },
    { text: '{"items":null}', items: [], frame: { items: null }, because: "so writes Go" },
    {
      text: '{"items": [ {"a":1} , {"b":[2]} ] }',
      items: [{ a: 1 }, { b: [2] }],
      frame: { items: [] },
      because: "there may be spaces",
    },
    {
      text: '{"kind":"items","other":[{"items":[1]}],"items":[{"items":[{}]}]}',
      items: [{ items: [{}] }],
      frame: { kind: "items", other: [{ items: [1] }], items: [] },
      because: "only the field of the list itself counts",
    },
    {
      text: '{"items":[{"t":"}]\\"{[\\\\"}],"end":1}',
      items: [{ t: '}]"{[\\' }],
      frame: { items: [], end: 1 },
      because: "brackets and quotes within a text are text",
    },
  ])("$text: $because", ({ text, items, frame }) => {
    expect(read(text)).toEqual({ items, frame });
  });

  test.each([
    { text: '{"items":[{"a":1},', because: "it breaks off between items" },
    { text: '{"items":[{"a":1', because: "it breaks off within an item" },
    { text: '{"items":[{"a":1}],"metadata":{', because: "it breaks off behind the items" },
    { text: '{"items":[{"a":x}]}', because: "an item is not JSON" },
    { text: "<html></html>", because: "a proxy answered" },
    { text: "", because: "nothing came" },
  ])("refuses $text: $because", ({ text }) => {
    expect(() => read(text)).toThrow(SyntaxError);
  });

  test("an item is given before the next one comes", () => {
    const items: unknown[] = [];
    const list = new ListItems((item) => items.push(item));
    list.add(Buffer.from('{"items":[{"a":1},{"b"'));
    expect(items).toEqual([{ a: 1 }]);
  });

  test("however the text is cut, it says what JSON.parse says", () => {
    const tricky = fc.string({
      unit: fc.constantFrom('"', "\\", "{", "}", "[", "]", "é", "😀", "a"),
    });
    const fields = fc.dictionary(tricky, fc.oneof(fc.jsonValue(), tricky));
    const list = fc.record({
      apiVersion: tricky,
      items: fc.array(fc.record({ metadata: fields, spec: fc.array(fields) })),
      metadata: fields,
    });
    const cuts = fc.array(fc.nat({ max: 12 }), { maxLength: 60 });
    fc.assert(
      fc.property(list, cuts, fc.constantFrom(undefined, 2), (object, lengths, indent) => {
        const text = JSON.stringify(object, undefined, indent);
        const { items, ...rest } = JSON.parse(text);
        expect(read(text, lengths)).toEqual({ items, frame: { ...rest, items: [] } });
      }),
      { numRuns: 200 },
    );
  });
});
