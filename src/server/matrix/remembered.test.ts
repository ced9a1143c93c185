import { beforeEach, describe, expect, test } from "vitest";
import { RememberedAnswers } from "./remembered.ts";

describe("RememberedAnswers", () => {
  let changes: { end: number };
  let made: number;
  let answers: RememberedAnswers<number>;
  const ask = (question: string) => answers.get(question, () => ++made);

  beforeEach(() => {
    changes = { end: 1 };
    made = 0;
    answers = new RememberedAnswers(changes);
  });

  test("the same question has the same answer, another its own", () => {
    expect([ask("a"), ask("a"), ask("b"), ask("a")]).toEqual([1, 1, 2, 1]);
  });

  test("a change of any object makes every answer anew", () => {
    ask("a");
    ask("b");
    changes.end = 2;
    expect([ask("a"), ask("b"), ask("a")]).toEqual([3, 4, 3]);
  });

  test("no more is kept than so much: what was made first goes first", () => {
    for (let question = 0; question <= 32; question++) ask(String(question));
    expect(ask("32")).toBe(33);
    expect(ask("0")).toBe(34);
  });
});
