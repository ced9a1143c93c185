import type { ChangeFeed } from "../events/change-feed.ts";

/** A page of each of some questions: those that a dashboard full of people asks. */
const remembered = 32;

/** Answers that hold until one of forge's objects changes: many ask the same between two changes. */
export class RememberedAnswers<Answer> {
  readonly #changes: Pick<ChangeFeed, "end">;
  readonly #answers = new Map<string, Answer>();
  #madeAt = 0;

  constructor(changes: Pick<ChangeFeed, "end">) {
    this.#changes = changes;
  }

  /** @param question all that the answer depends on, but for the caches */
  get(question: string, make: () => Answer): Answer {
    if (this.#madeAt !== this.#changes.end) this.#answers.clear();
    this.#madeAt = this.#changes.end;
    const known = this.#answers.get(question);
    if (known !== undefined) return known;
    const made = make();
    const [first] = this.#answers.keys();
    if (this.#answers.size === remembered && first !== undefined) this.#answers.delete(first);
    this.#answers.set(question, made);
    return made;
  }
}
