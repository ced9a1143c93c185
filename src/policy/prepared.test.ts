import { describe, expect, test } from "vitest";
import { preparedForText, preparedOnce } from "./prepared.ts";

function counting() {
  const made: string[] = [];
  const prepare = ({ name }: { name: string }) => {
    made.push(name);
    return `${name}!`;
  };
  return { made, prepare };
}

describe("what is prepared", () => {
  test("once for each object", () => {
    const { made, prepare } = counting();
    const prepared = preparedOnce(prepare);
    const one = { name: "a" };
    expect([prepared(one), prepared(one), prepared({ name: "a" })]).toEqual(["a!", "a!", "a!"]);
    expect(made).toEqual(["a", "a"]);
  });

  test("once for each text, of as many as the limit says", () => {
    const { made, prepare } = counting();
    const prepared = preparedForText(prepare, 2);
    // b is the oldest when c comes, since a was asked for again.
    for (const name of ["a", "b", "a", "c", "a", "b"]) expect(prepared({ name })).toBe(`${name}!`);
    expect(made).toEqual(["a", "b", "c", "b"]);
  });
});
