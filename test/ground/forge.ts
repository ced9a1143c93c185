import { type CommandResult, output, run } from "./command.ts";
import { programPath } from "./program-path.ts";

type CommandLine = readonly [program: string, ...args: readonly string[]];

/** The forge command, in somebody's hands and in one namespace where they are given. */
export class Forge {
  readonly #command: CommandLine;
  readonly #flags: string[];
  readonly #env: Record<string, string>;
  #input: string | undefined;

  /** @param command what is run; that of programPath when absent */
  constructor(
    kubeconfig?: string,
    namespace?: string,
    env: Record<string, string> = {},
    command: CommandLine = [process.execPath, programPath("forge")],
  ) {
    this.#command = command;
    this.#flags = [
      ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
      ...(namespace === undefined ? [] : ["-n", namespace]),
    ];
    this.#env = env;
  }

  /** Through forge-server, by a token that is set or was given to login. */
  static through(
    url: string,
    { token, namespace, env }: { token?: string; namespace?: string; env?: Record<string, string> },
  ): Forge {
    const given = token === undefined ? {} : { FORGE_TOKEN: token };
    return new Forge(undefined, namespace, { ...env, FORGE_URL: url, ...given });
  }

  /** The same, with this on standard input. */
  withInput(text: string): Forge {
    const copy = new Forge(undefined, undefined, this.#env, this.#command);
    copy.#flags.push(...this.#flags);
    copy.#input = text;
    return copy;
  }

  /** Whatever the exit code. */
  run(...args: readonly string[]): Promise<CommandResult> {
    const [program, ...before] = this.#command;
    return run(program, [...before, ...args, ...this.#flags], {
      env: this.#env,
      ...(this.#input !== undefined && { input: this.#input }),
    });
  }

  /** What it printed; a failure is an error with its message. */
  output(...args: readonly string[]): Promise<string> {
    const [program, ...before] = this.#command;
    return output(program, [...before, ...args, ...this.#flags], { env: this.#env });
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.output(...args, "-o", "json")) as T;
  }
}
