import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { WriterFigures } from "./writer-process.ts";

/** Talks to writer-process.ts. */
export class WriterClient implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  readonly #kill = () => this.#child.kill();

  private constructor(url: string, pointers: number) {
    const script = join(import.meta.dirname, "writer-process.ts");
    const args = ["--expose-gc", script, url, String(pointers)];
    this.#child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    process.once("exit", this.#kill);
    if (this.#child.stdout === null) throw new Error("the writer has no output");
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** With the figures of its first deployment, which reads the branch. */
  static async start(
    url: string,
    pointers: number,
  ): Promise<{ writer: WriterClient; first: WriterFigures }> {
    const writer = new WriterClient(url, pointers);
    return { writer, first: await writer.#answer() };
  }

  deploy(count: number): Promise<WriterFigures> {
    this.#child.stdin?.write(`${count}\n`);
    return this.#answer();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin?.end();
    await ended;
    process.off("exit", this.#kill);
  }

  async #answer(): Promise<WriterFigures> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error("the writer ended");
    return JSON.parse(value) as WriterFigures;
  }
}
