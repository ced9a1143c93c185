/**
 * What the verbs need of the world: the cluster itself stands behind it (cluster/), or
 * forge-server (remote/). Objects are those of the API server, whole: what a verb
 * prints as JSON is what was read.
 */
import type { RequestOrigin } from "../api/index.ts";
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
  /** What the ledger holds, the newest first; no more than `limit`. Only forge-server has one. */
  audit(filter: AuditFilter): Promise<readonly AuditEntry[]>;
  /** @param anchor a head that was kept elsewhere, as <sequence>:<hash> */
  verifyAudit(anchor: string | undefined): Promise<AuditVerification>;
  close(): Promise<void>;
}

/** What every backend is opened with. */
export interface BackendOptions {
  readonly userAgent: string;
  readonly signal: AbortSignal;
  /** Of this run of the command. */
  readonly origin: RequestOrigin;
}

export interface AuditFilter {
  readonly kind?: string;
  readonly repository?: string;
  readonly project?: string;
  readonly environment?: string;
  readonly actor?: string;
  readonly since?: string;
  readonly limit: number;
}

/** An entry of the ledger, as far as it is shown; docs/ledger.md says the rest. */
export interface AuditEntry {
  readonly sequence: number;
  readonly kind: string;
  readonly event: string;
  readonly time: string;
  readonly repository?: string;
  readonly project?: string;
  readonly environment?: string;
  readonly actor?: string;
  readonly subject: string;
}

export interface AuditVerification {
  readonly entries: number;
  readonly head: { readonly sequence: number; readonly hash: string };
  readonly damage?: { readonly kind: string; readonly sequence: number; readonly message: string };
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
