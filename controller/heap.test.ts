import fc from "fast-check";
import { expect, test } from "vitest";
import { Heap } from "./heap.ts";

test("whatever is pushed and popped in between, the least comes first", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { freq: 3 })), (steps) => {
      const heap = new Heap<number>((a, b) => a - b);
      const model: number[] = [];
      const popped: (number | undefined)[] = [];
      const expected: (number | undefined)[] = [];
      for (const step of steps) {
        if (step === null) {
          popped.push(heap.peek(), heap.pop());
          expected.push(model[0], model.shift());
        } else {
          heap.push(step);
          model.splice(model.findLastIndex((item) => item <= step) + 1, 0, step);
        }
      }
      expect(popped).toEqual(expected);
      expect(heap.size).toBe(model.length);
    }),
  );
});
