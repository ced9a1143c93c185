import { join } from "node:path";
import { type CommandResult, output, run } from "./command.ts";

const source = join(import.meta.dirname, "..", "..", "cmd", "forge", "main.ts");

/** The forge command, in somebody's hands and in one namespace where they are given. */
export class Forge {
  readonly #flags: readonly string[];

  constructor(kubeconfig?: string, namespace?: string) {
    this.#flags = [
      ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
      ...(namespace === undefined ? [] : ["-n", namespace]),
    ];
  }

  /** Whatever the exit code. */
  run(...args: readonly string[]): Promise<CommandResult> {
    return run(process.execPath, [source, ...args, ...this.#flags]);
  }

  /** What it printed; a failure is an error with its message. */
  output(...args: readonly string[]): Promise<string> {
    return output(process.execPath, [source, ...args, ...this.#flags]);
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.output(...args, "-o", "json")) as T;
  }
}
