import type { Terminal } from "../ports.ts";
import { plainText } from "./plain-text.ts";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMs = 100;

/**
 * What is being waited for, on stderr: a line that turns on a terminal, one line for each
 * transition elsewhere. Nothing of it ever comes to stdout.
 */
export class Progress {
  readonly #output: Terminal["stderr"];
  readonly #turns: boolean;
  #text = "";
  #frame = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ stderr, env }: Pick<Terminal, "stderr" | "env">) {
    this.#output = stderr;
    this.#turns = stderr.isTTY === true && env["TERM"] !== "dumb";
  }

  /** Says where it stands; the same again is not said twice. */
  show(text: string): void {
    const line = plainText(text);
    if (line === this.#text) return;
    this.#text = line;
    if (!this.#turns) {
      this.#output.write(`${line}\n`);
      return;
    }
    this.#draw();
    this.#timer ??= setInterval(() => this.#draw(), frameMs);
  }

  /** Leaves the last line, or takes it away where a turning one stood. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#turns && this.#text !== "") this.#output.write("\r\u001b[2K");
    this.#text = "";
  }

  #draw(): void {
    this.#frame = (this.#frame + 1) % frames.length;
    // Two columns are the frame's; a line that wraps could not be drawn over.
    const room = Math.max(10, (this.#output.columns ?? 80) - 3);
    this.#output.write(`\r\u001b[2K${frames[this.#frame]} ${this.#text.slice(0, room)}`);
  }
}
