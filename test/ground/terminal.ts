import { setTimeout as sleep } from "node:timers/promises";
import { output } from "./command.ts";

export interface TerminalOptions {
  /** What runs in it, such as `bash --norc`. */
  readonly command: string;
  /** Of the socket by which tmux is spoken to. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

const columns = 100;
const rows = 40;

/** A real terminal, which a person could sit before: tmux keeps it, and tells what it shows. */
export class Terminal {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  static async start(name: string, { command, folder, env }: TerminalOptions): Promise<Terminal> {
    const terminal = new Terminal(`${folder}/${name}.tmux`);
    const size = ["-x", String(columns), "-y", String(rows)];
    const start = ["-u", "-f", "/dev/null", "new-session", "-d", ...size, command];
    // Its server takes over the environment of the client that starts it.
    await terminal.#tmux(start, { LANG: "C.UTF-8", ...env });
    return terminal;
  }

  /** Types text as it stands. */
  async type(text: string): Promise<void> {
    await this.#tmux(["send-keys", "-l", text]);
  }

  /** Presses keys by their names, such as Tab, Enter, C-c. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux(["send-keys", ...keys]);
  }

  /** What stands on it, without what is blank at the ends. */
  async screen(): Promise<string> {
    const text = await this.#tmux(["capture-pane", "-p"]);
    return text.replaceAll(/ +$/gm, "").trimEnd();
  }

  /** Waits until what stands on it matches, and returns it. */
  async shows(pattern: RegExp, withinMs = 30_000): Promise<string> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const screen = await this.screen();
      if (pattern.test(screen)) return screen;
      if (Date.now() > deadline) throw new Error(`${pattern} does not stand on\n${screen}`);
      await sleep(50);
    }
  }

  async stop(): Promise<void> {
    await this.#tmux(["kill-server"]);
  }

  #tmux(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
    return output("tmux", ["-S", this.#socket, ...args], { env });
  }
}
