import type { KubeObject } from "./object.ts";

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** For the whole answer, each attempt; 30 s when absent, 60 s for a page of a list. */
  readonly timeoutMs?: number | undefined;
}

export interface TextOptions extends RequestOptions {
  /** What is longer is cut. */
  readonly maximumBytes: number;
}

export interface SelectOptions extends RequestOptions {
  /** All namespaces when absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListOptions<T extends KubeObject> extends SelectOptions {
  /** Told each object as soon as it has come; what it answers takes its place in the page. */
  readonly trim?: (object: T) => T;
  /** All of the list is wanted, and may come in one answer. */
  readonly atOnce?: boolean;
}

export interface ListPage<T extends KubeObject> {
  readonly items: readonly T[];
  /** Of the whole list: the same on every page, and where a watch begins. */
  readonly resourceVersion: string;
}

export interface WatchOptions extends SelectOptions {
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
  /** After this the server ends the watch. */
  readonly timeoutSeconds: number;
  /** Silence (no event, no bookmark) after which the connection counts as dead. */
  readonly livenessMs: number;
  /** Called once the server has accepted the watch. */
  readonly onOpen?: (() => void) | undefined;
}

export interface WriteOptions extends RequestOptions {
  readonly dryRun?: boolean | undefined;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes fields over from other managers, instead of a Conflict. */
  readonly force?: boolean | undefined;
}

export interface DeleteOptions extends WriteOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: "Orphan" | "Background" | "Foreground" | undefined;
}
