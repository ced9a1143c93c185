import type { Backend, Terminal } from "./ports.ts";

export const outputFormats = ["table", "wide", "json", "yaml", "name"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** What may be said with every verb. */
export interface CommonOptions {
  readonly output: OutputFormat;
  readonly namespace?: string;
  readonly server?: string;
  readonly kube?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
  /** False with --no-input: nobody is asked. */
  readonly input: boolean;
}

/** One run of one verb. */
export interface Session {
  readonly backend: Backend;
  readonly terminal: Terminal;
  readonly options: CommonOptions;
}

/** What a verb is called with: its arguments by name, and its own options. */
export interface Call<Options = object> {
  readonly args: Readonly<Record<string, string | undefined>>;
  readonly options: Options;
}

/** A verb: does its work, prints, and throws what went wrong. */
export type Verb<Options = never> = (session: Session, call: Call<Options>) => Promise<void>;

/** An argument that the command line is not taken without. */
export function required({ args }: Call<unknown>, name: string): string {
  const value = args[name];
  if (value === undefined) throw new TypeError(`no argument ${name}`);
  return value;
}

/** A line for the person, beside what is printed for programs. */
export function tell({ terminal }: Session, line: string): void {
  terminal.stderr.write(`${line}\n`);
}
