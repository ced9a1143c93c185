import type { Network } from "../network/index.ts";
import type { GitObject, ObjectFormat } from "./objects/git-object.ts";
import type { ObjectStore } from "./objects/object-store.ts";
import type { PackLimits } from "./objects/pack-budget.ts";
import type { PackedObject } from "./objects/pack-writer.ts";

export interface Ref {
  /** The full name, "refs/heads/main". */
  readonly name: string;
  readonly id: string;
}

export interface FetchRequest {
  /** Objects to get, with all they reach inside `depth` and `filter`: commits, trees or blobs. */
  readonly wants: readonly string[];
  /** Commits that need not be sent, nor anything they reach. */
  readonly haves?: readonly string[];
  /**
   * The trees of `haves` are in the store: the server may send deltas against them. True when
   * absent.
   */
  readonly thin?: boolean;
  /** Commits in the store whose parents are not. */
  readonly shallow?: readonly string[];
  /** How many commits of history to get; all of it when absent, or when the server cannot tell. */
  readonly depth?: number;
  /** Left out of the request when the server offers no filters: then more objects arrive. */
  readonly filter?: "blob:none" | "tree:0" | `blob:limit=${number}`;
  readonly limits?: Partial<PackLimits>;
}

export interface PushRequest {
  readonly ref: string;
  /** What the ref must point at for the push to count; undefined when it must not exist. */
  readonly old: string | undefined;
  readonly new: string;
  readonly objects: readonly PackedObject[];
  /** Bases of deltas that are not among the objects, for servers that must be sent them. */
  readonly baseOf?: (id: string) => GitObject | undefined;
  /** Send those bases in any case. */
  readonly selfContained?: boolean;
}

/** A lost race is an answer, not an error: the caller reads the new head and builds again. */
export type PushResult =
  | { readonly status: "accepted" }
  | {
      readonly status: "rejected";
      /** What the server says of the ref. */
      readonly reason: string;
      /** The reason, with what the server's hooks say to people. */
      readonly message: string;
    };

/** One repository on a server. Throws GitUnreachable, GitUnauthorized, GitProtocol, InsecureTransport. */
export interface GitRemote {
  /** How the repository names its objects; an empty one knows it too. */
  objectFormat(signal: AbortSignal): Promise<ObjectFormat>;
  /** Refs whose names begin with one of the prefixes; every ref when there is none. */
  listRefs(prefixes: readonly string[], signal: AbortSignal): Promise<readonly Ref[]>;
  /** Throws CommitNotFound for a want the server lacks, SourceTooLarge beyond the limits. */
  fetch(request: FetchRequest, into: ObjectStore, signal: AbortSignal): Promise<void>;
  /**
   * Resolves when the server offers to take a push from these credentials; throws like push. Rules
   * for single branches are told by a push alone.
   */
  checkPush(signal: AbortSignal): Promise<void>;
  push(request: PushRequest, signal: AbortSignal): Promise<PushResult>;
  close(): Promise<void>;
}

export interface RemoteOptions {
  /** https://host/path; credentials never stand in it. */
  readonly url: string;
  /** Network that connects to it. */
  readonly network: Network;
  /** A token is sent as a password, as code hosts want it; a bearer token in a header of its own. */
  readonly credentials?:
    | { readonly username: string; readonly password: string }
    | { readonly token: string }
    | { readonly bearerToken: string };
  /** PEM certificates trusted beside the system's. */
  readonly ca?: string;
  /** An HTTP proxy through which everything goes. */
  readonly proxy?: {
    /** http or https, without credentials. */
    readonly url: string;
    readonly credentials?: { readonly username: string; readonly password: string };
  };
  /** Hosts ("git.internal" or "git.internal:8080") that plain http may reach; loopback always may. */
  readonly allowInsecureHosts?: readonly string[];
  readonly userAgent?: string;
  readonly timeouts?: {
    readonly connectMs?: number;
    readonly answerMs?: number;
    readonly totalMs?: number;
  };
}
