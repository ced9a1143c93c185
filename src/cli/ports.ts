/**
 * What the verbs need of the world: the cluster itself stands behind it (cluster/), or
 * forge-server (remote/). Objects are those of the API server, whole: what a verb
 * prints as JSON is what was read.
 */
import type {
  ForgeEvent,
  KindName,
  Kinds,
  Right,
  Store,
  WhoAmI as Who,
} from "../requests/index.ts";

export type { ForgeEvent, KindName, Kinds, Right };
export type AnyObject = Kinds[KindName];

/** One namespace of forge's objects, in the caller's name. Errors are KubeErrors. */
export interface Backend extends Store {
  /** The object as it is now and then each time that it changes, until the signal aborts. */
  follow<K extends KindName>(
    kind: K,
    name: string,
    signal: AbortSignal,
  ): AsyncIterable<Kinds[K] | undefined>;
  whoAmI(): Promise<WhoAmI>;
  /** Whether the caller may: a right on forge's resources in this namespace. */
  mayI(right: Right): Promise<boolean>;
  /** What was told of forge's objects, in no order. */
  events(): Promise<readonly ForgeEvent[]>;
  close(): Promise<void>;
}

export interface WhoAmI extends Who {
  readonly server: string;
}

/** A stream that text goes to. */
export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What the program is given by the process it runs in. */
export interface Terminal {
  /** How it was called: forge, or kubectl forge. */
  readonly program: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Whether a person can be asked. */
  readonly canAsk: boolean;
  /** Asks for a line. */
  ask(question: string): Promise<string>;
  /** The same, and does not show what is typed. */
  askSecret(question: string): Promise<string>;
  readFile(path: string): Promise<string>;
  readonly signal: AbortSignal;
  now(): Date;
}
