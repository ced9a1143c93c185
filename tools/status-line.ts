/** The part of a stream that a status line needs; process.stdout has it. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const logEveryMs = 10_000;
const terminalEveryMs = 100;
const eraseLine = "\r\u001b[K";

/** One line that is rewritten in place on a terminal; in a log, a line at most every ten seconds. */
export class StatusLine {
  readonly #output: Output;
  readonly #now: () => number;
  #shownAt = -Infinity;
  #isOpen = false;

  constructor(output: Output = process.stdout, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
  }

  /** Shows the state of now, unless one was shown a moment ago. */
  update(text: string): void {
    const every = this.#output.isTTY ? terminalEveryMs : logEveryMs;
    if (this.#now() - this.#shownAt < every) return;
    this.#shownAt = this.#now();
    if (!this.#output.isTTY) {
      this.#output.write(`${text}\n`);
      return;
    }
    // A line that wraps could not be erased.
    this.#output.write(`${eraseLine}${text.slice(0, (this.#output.columns ?? 80) - 1)}`);
    this.#isOpen = true;
  }

  /** Prints a line that stays. */
  print(text: string): void {
    this.#output.write(`${this.#isOpen ? eraseLine : ""}${text}\n`);
    this.#isOpen = false;
    if (this.#output.isTTY) this.#shownAt = -Infinity;
  }
}
