/**
 * The ledger keeps what happened, longer than the cluster does: an append-only table of facts, each
 * with the hash of the one before. Nothing is decided from it, and but for API actions, pruned
 * history and deleted approvals it can be rebuilt from the cluster, Git and the registry.
 */

import type { Logger } from "../telemetry/index.ts";

export const entryKinds = [
  "Release",
  "Deployment",
  "Approval",
  "Decision",
  "Action",
  "Ledger",
] as const;
/** `Action` is what somebody asked of the API; `Ledger` is what was done to the ledger itself. */
export type EntryKind = (typeof entryKinds)[number];

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };
export type Details = Readonly<Record<string, Json>>;

/** Something that happened, before it is recorded. */
export interface Fact {
  /** Names it for ever: a second fact of the same key is the same fact, and is not recorded. */
  readonly key: string;
  readonly kind: EntryKind;
  /** What happened: `Committed`, `Refused`; for an action `Deploy`, `CreateRelease`. */
  readonly event: string;
  /** When it happened, ISO 8601; where nothing tells, it is taken to be when it was recorded. */
  readonly time?: string | undefined;
  /** The tenant; empty for what belongs to none. */
  readonly namespace: string;
  readonly repository?: string | undefined;
  readonly project?: string | undefined;
  readonly environment?: string | undefined;
  /** Whose word it rests on, as Kubernetes names users. */
  readonly actor?: string | undefined;
  /** Name of the object that it speaks of: of the release, the deployment, the approval, the pointer. */
  readonly subject: string;
  /** At most 128 KiB of JSON. Secrets are struck out of its texts before they are recorded. */
  readonly details: Details;
}

/** A fact as it was recorded. Times are ISO 8601 in UTC with milliseconds. */
export interface Entry extends Fact {
  /** 1, 2, 3 without a gap. */
  readonly sequence: number;
  readonly time: string;
  readonly recordedAt: string;
  /** The hash of the entry before, 64 hexadecimal digits; of the first one all zeros. */
  readonly previous: string;
  /** SHA-256 of the canonical JSON of everything else here. */
  readonly hash: string;
}

/** Which entries; a field that is absent lets all through. */
export interface Filter {
  /** Of these tenants alone; an empty list lets nothing through. */
  readonly namespaces?: readonly string[];
  readonly kinds?: readonly EntryKind[];
  readonly events?: readonly string[];
  readonly repository?: string;
  readonly project?: string;
  readonly environment?: string;
  readonly actor?: string;
  readonly subject?: string;
  /** Happened then or later, ISO 8601. */
  readonly since?: string;
  /** Happened before then, ISO 8601. */
  readonly before?: string;
}

export interface PageRequest extends Filter {
  /** Newest first unless told otherwise. */
  readonly order?: "newest" | "oldest";
  /** The cursor: only what comes behind the entry of this sequence, in that order. */
  readonly after?: number;
  /** 1 to 500; 50 when absent. */
  readonly limit?: number;
}

export interface Page<T = Entry> {
  readonly items: readonly T[];
  /** `after` of the next page; absent when there is none. */
  readonly next?: number;
}

/** One change of a pointer, put together from its entries. */
export interface RecordedDeployment {
  readonly name: string;
  /** Of its first entry. */
  readonly sequence: number;
  readonly namespace: string;
  readonly environment: string;
  readonly repository: string;
  readonly project: string;
  readonly actor?: string;
  /** What the last of its entries tells: Begun, Committed, Superseded, RolledBack, Blocked, Failed. */
  readonly outcome: string;
  readonly begunAt: string;
  readonly committedAt?: string;
  readonly endedAt?: string;
  /** All that its entries say, later ones over earlier ones. */
  readonly details: Details;
}

export interface PointerIdentity {
  readonly namespace: string;
  readonly environment: string;
  readonly repository: string;
  readonly project: string;
}

/** The end of the chain. Kept elsewhere, it finds out who rewrote the whole of it. */
export interface Head {
  /** 0 of an empty ledger. */
  readonly sequence: number;
  readonly hash: string;
  /** Entries up to this one were removed by retention; 0 when none were. */
  readonly prunedThrough: number;
}

export interface Appended {
  /** Those that were new, in the order given. */
  readonly recorded: readonly Entry[];
  /** Those that the ledger had already, or that lie before its retention. */
  readonly known: number;
}

export type Damage =
  | "Edited"
  | "Missing"
  | "Reordered"
  | "Rewritten"
  | "Truncated"
  | "Inserted"
  | "Unanchored";

export interface Verification {
  /** The entries that were read. */
  readonly entries: number;
  readonly head: Head;
  /** The first thing that is wrong; absent when what is there is whole. */
  readonly damage?: {
    readonly kind: Damage;
    /** Where. */
    readonly sequence: number;
    readonly message: string;
  };
  /**
   * Why the anchor proves nothing: its entry was removed. Absent where the chain contains it, or
   * there is none.
   */
  readonly unproven?: { readonly sequence: number; readonly message: string };
}

export interface Retention {
  /** Everything that happened and was recorded before, ISO 8601. */
  readonly before: string;
  readonly by: string;
  readonly reason: string;
}

export interface Pruned {
  /** The last entry that is gone; 0 when there was nothing to remove. */
  readonly through: number;
  readonly removed: number;
}

export interface LedgerHealth {
  readonly store: "sqlite" | "postgres";
  readonly ok: boolean;
  /** Why not, for people; no secret is in it. */
  readonly message?: string;
  readonly sequence?: number;
}

/**
 * Errors are ForgeErrors: LedgerUnavailable (try again), LedgerEntryInvalid (never), and when it is
 * opened LedgerLocked, LedgerTooNew and LedgerDamaged. Every call ends within `timeoutMs`.
 */
export interface Ledger {
  /** All of them or none, and on the disk before it resolves. At most 1,000. */
  append(facts: readonly Fact[], signal?: AbortSignal): Promise<Appended>;
  read(request: PageRequest, signal?: AbortSignal): Promise<Page>;
  /** By the fact's key. */
  find(key: string, signal?: AbortSignal): Promise<Entry | undefined>;
  /** Which of these keys are recorded; at most 1,000. */
  known(keys: readonly string[], signal?: AbortSignal): Promise<ReadonlySet<string>>;
  /** The deployments of one pointer. */
  deployments(
    pointer: PointerIdentity,
    page?: Pick<PageRequest, "order" | "after" | "limit">,
    signal?: AbortSignal,
  ): Promise<Page<RecordedDeployment>>;
  /**
   * Entries behind `after` (the head when absent) and then each new one, of every replica, until the
   * signal aborts; then it ends without a word. Throws LedgerUnavailable when the store is gone:
   * begin again after the last sequence that came.
   */
  follow(request: Filter & { readonly after?: number }, signal: AbortSignal): AsyncIterable<Entry>;
  head(signal?: AbortSignal): Promise<Head>;
  /** Reads everything; `anchor` is a head that was kept elsewhere. */
  verify(
    options?: { readonly anchor?: Pick<Head, "sequence" | "hash"> },
    signal?: AbortSignal,
  ): Promise<Verification>;
  /** Entries behind `after`, the oldest first, each a line of JSON with its line feed. */
  export(
    request?: Filter & { readonly after?: number },
    signal?: AbortSignal,
  ): AsyncIterable<string>;
  /**
   * Removes the oldest entries, and leaves one that signs it off. Throws LedgerDamaged when the chain
   * is not whole: what is wrong with it would be gone too.
   */
  prune(retention: Retention, signal?: AbortSignal): Promise<Pruned>;
  /** Never throws. */
  health(signal?: AbortSignal): Promise<LedgerHealth>;
  close(): Promise<void>;
}

export type Store = { readonly sqlite: string } | { readonly postgres: string };

/** The file of SQLite, or the URL of PostgreSQL, which may hold a password. */
export type LedgerOptions = Store & {
  readonly log?: Pick<Logger, "info" | "warn">;
  /** Of one call; 10 seconds when absent. verify, export, prune and follow take it for each step. */
  readonly timeoutMs?: number;
  /** Between looks for what other replicas recorded; a second when absent. */
  readonly pollMs?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
};
