/**
 * What the verbs need of the world: the cluster itself stands behind it (cluster/), or
 * forge-server (remote/). Objects are those of the API server, whole: what a verb
 * prints as JSON is what was read.
 */
import type { KubeObject } from "../../controller/kube/index.ts";
import type { PolicyObject, RequestOrigin } from "../api/index.ts";
import type { RemoteOptions } from "../git/index.ts";
import type {
  Approvers,
  ForgeEvent,
  KindName,
  Kinds,
  Right,
  Store,
  WhoAmI as Who,
} from "../requests/index.ts";

export type { Approvers, ForgeEvent, KindName, Kinds, Right };

export interface ApprovalPlace {
  readonly environment: string;
  readonly repository: string;
  readonly project: string;
  readonly commit: string;
}
export type AnyObject = Kinds[KindName];

/** One namespace of forge's objects, in the caller's name. Errors are KubeErrors. */
export interface Backend extends Store {
  /** The object as it is now and then each time that it changes, until the signal aborts. */
  follow<K extends KindName>(
    kind: K,
    name: string,
    signal: AbortSignal,
  ): AsyncIterable<Kinds[K] | undefined>;
  /**
   * Every object of a kind, page by page: of all namespaces, or of its own where the caller may
   * list no other. Only the cluster has them all.
   */
  stored(kind: KindName): AsyncIterable<StoredPage>;
  whoAmI(): Promise<WhoAmI>;
  /** Whether the caller may: a right on forge's resources in this namespace. */
  mayI(right: Right): Promise<boolean>;
  /** Who may approve the release for the environment, as far as the caller may read RBAC. */
  approvers(place: ApprovalPlace): Promise<Approvers>;
  /**
   * How an Environment's repository is reached, with its Secret; undefined where nobody but the
   * controller can know. Throws KubeError Forbidden where the caller may not read it.
   */
  repository(
    environment: Kinds["Environment"],
    insecureHosts: readonly string[],
  ): Promise<RemoteOptions | undefined>;
  /** The cluster's admission policies and bindings; undefined where only the controller may know. */
  policies(): Promise<readonly PolicyObject[] | undefined>;
  /** What was told of forge's objects, in no order. */
  events(): Promise<readonly ForgeEvent[]>;
  /** What the ledger holds, the newest first; no more than `limit`. Only forge-server has one. */
  audit(filter: AuditFilter): Promise<readonly AuditEntry[]>;
  /** Lines of JSON, the oldest entry first; what breaks off goes on by itself, a few times. */
  exportAudit(request: AuditExport): AsyncIterable<string>;
  /** @param anchor a head that was kept elsewhere, as <sequence>:<hash> */
  verifyAudit(anchor: string | undefined): Promise<AuditVerification>;
  close(): Promise<void>;
}

export interface StoredPage {
  readonly objects: readonly KubeObject[];
  /** The only one that was listed; undefined: all. */
  readonly namespace?: string;
}

/** What every backend is opened with. */
export interface BackendOptions {
  readonly userAgent: string;
  readonly signal: AbortSignal;
  /** Of this run of the command. */
  readonly origin: RequestOrigin;
}

export interface AuditFilter extends AuditSelection {
  readonly limit: number;
}

export interface AuditExport extends AuditSelection {
  /** Sequence of the last entry that is had already; 0 for none. */
  readonly after: number;
  /** Of all there ever were, and not of one. */
  readonly allNamespaces: boolean;
}

export interface AuditSelection {
  readonly kind?: string;
  readonly repository?: string;
  readonly project?: string;
  readonly environment?: string;
  readonly actor?: string;
  readonly since?: string;
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
  readonly unproven?: { readonly sequence: number; readonly message: string };
}

export interface WhoAmI extends Who {
  readonly server: string;
}

/** A stream that text goes to. */
export interface TextOutput {
  /** False: what is written waits for its reader, until `drain`. */
  write(text: string): unknown;
  once?(event: "drain", listener: () => void): unknown;
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
