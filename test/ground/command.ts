import { execFile } from "node:child_process";
import { requireTool } from "../../tools/locate.ts";

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever its exit code; ended after a minute, unless told. */
export function run(
  command: string,
  args: readonly string[],
  options: {
    cwd?: string;
    input?: string;
    env?: Record<string, string>;
    timeoutMs?: number;
  } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      [...args],
      {
        cwd: options.cwd,
        env: { ...process.env, ...options.env },
        timeout: options.timeoutMs ?? 60_000,
        maxBuffer: 1 << 26,
      },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== "number") reject(error);
        else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      },
    );
    child.stdin?.on("error", () => undefined).end(options.input ?? "");
  });
}

/** Runs a program and returns what it printed; a failure is an error with its message. */
export async function output(
  command: string,
  args: readonly string[],
  options: Parameters<typeof run>[2] = {},
): Promise<string> {
  const result = await run(command, args, options);
  if (result.code === 0) return result.stdout;
  throw new Error(
    `${command} ${args.join(" ")}: exit ${result.code}: ${result.stderr}${result.stdout}`,
  );
}

/** kubectl with a given kubeconfig. */
export class Kubectl {
  readonly #path = requireTool("kubectl");
  readonly #flags: readonly string[];

  /** @param as a user to impersonate */
  constructor(kubeconfig: string, as?: string) {
    this.#flags = ["--kubeconfig", kubeconfig, ...(as === undefined ? [] : ["--as", as])];
  }

  run(args: readonly string[], input?: string): Promise<CommandResult> {
    return run(this.#path, [...this.#flags, ...args], {
      ...(input !== undefined && { input }),
    });
  }

  output(args: readonly string[], input?: string): Promise<string> {
    return output(this.#path, [...this.#flags, ...args], {
      ...(input !== undefined && { input }),
    });
  }

  apply(namespace: string, ...objects: readonly object[]): Promise<string> {
    const list = { apiVersion: "v1", kind: "List", items: objects };
    return this.output(["-n", namespace, "apply", "-f", "-"], JSON.stringify(list));
  }

  async get<T>(namespace: string, resource: string, name: string): Promise<T> {
    return JSON.parse(
      await this.output(["-n", namespace, "get", resource, name, "-o", "json"]),
    ) as T;
  }

  /** A field of an object by JSON path, without the braces: `.status.number`. */
  field(namespace: string, resource: string, name: string, path: string): Promise<string> {
    return this.output(["-n", namespace, "get", resource, name, "-o", `jsonpath={${path}}`]);
  }
}
