import fc from "fast-check";
import { expect, test } from "vitest";
import { ascending, descending, pageFrom, readCursor } from "./paging.ts";

interface Item {
  readonly name: string;
  readonly number: number;
}
const key = ({ number, name }: Item) => [number, name];
const item = fc.record({ name: fc.string({ maxLength: 3 }), number: fc.nat(5) });
const items = fc.uniqueArray(item, { selector: (one) => JSON.stringify(key(one)), maxLength: 40 });

test("pages, one behind the other, are the whole list", () => {
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 7 }), fc.boolean(), (all, limit, isUp) => {
      const compare = isUp ? ascending : descending;
      const sorted = all.toSorted((a, b) => compare(key(a), key(b)));
      const told: Item[] = [];
      let cursor: string | undefined;
      do {
        const page = pageFrom(sorted, { limit, cursor }, { key, compare });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        told.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(told).toEqual(sorted);
    }),
  );
});

test("what is added or removed in between repeats nothing and passes nothing by", () => {
  const list = [1, 2, 3, 4, 5, 6].map((number) => ({ name: "a", number }));
  const order = { key, compare: ascending };
  const { nextCursor } = pageFrom(list, { limit: 3 }, order);
  const changed = [{ name: "a", number: 0 }, ...list.filter(({ number }) => number !== 3)];
  const page = pageFrom(changed, { limit: 3, cursor: nextCursor }, order);
  expect(page.items.map(({ number }) => number)).toEqual([4, 5, 6]);
  expect(page.nextCursor).toBeUndefined();
});

test.each(["", "bm90aGluZw", "W10", "W3t9XQ", "!"])("%j is no cursor", (cursor) => {
  expect(() => readCursor(cursor)).toThrow(expect.objectContaining({ code: "PageNotFound" }));
});
