import fc from "fast-check";
import { expect, test } from "vitest";
import { Cache } from "./cache.ts";
import { type KubeObject, keyOf, keyText } from "./object.ts";

interface Item extends KubeObject {
  readonly owners: readonly string[];
}

const item = fc.record({
  apiVersion: fc.constant("v1"),
  kind: fc.constant("Item"),
  metadata: fc.record({
    name: fc.constantFrom("a", "b", "c"),
    namespace: fc.constantFrom("one", "two"),
  }),
  owners: fc.uniqueArray(fc.constantFrom("x", "y", "z")),
});

test("an index finds exactly what a search through all objects finds", () => {
  const step = fc.oneof(fc.record({ set: item }), fc.record({ remove: item })) as fc.Arbitrary<{
    set?: Item;
    remove?: Item;
  }>;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const cache = new Cache<Item>({ owner: (object) => object.owners });
      const model = new Map<string, Item>();
      for (const { set, remove } of steps) {
        if (set) {
          cache.set(set);
          model.set(keyText(keyOf(set)), set);
        }
        if (remove) {
          cache.delete(keyOf(remove));
          model.delete(keyText(keyOf(remove)));
        }
      }
      expect(cache.size).toBe(model.size);
      for (const owner of ["x", "y", "z"]) {
        const expected = [...model.values()].filter((o) => o.owners.includes(owner));
        expect(new Set(cache.byIndex("owner", owner))).toEqual(new Set(expected));
      }
      const ones = [...model.values()].filter((o) => o.metadata.namespace === "one");
      expect(new Set(cache.list("one"))).toEqual(new Set(ones));
    }),
  );
});

test("an index that does not exist is an error, not an empty answer", () => {
  expect(() => new Cache().byIndex("owner", "x")).toThrow("no index owner");
});
