import type { KubeClient } from "./client.ts";
import type { KubeObject } from "./object.ts";
import type { Indexer } from "./object-index.ts";
import type { Clock, Logger, Random } from "./ports.ts";
import type { Resource } from "./resource.ts";
import type { SelectOptions } from "./verbs.ts";

export interface InformerOptions<T extends KubeObject>
  extends Pick<SelectOptions, "namespace" | "labelSelector" | "fieldSelector"> {
  readonly client: KubeClient;
  readonly resource: Resource;
  readonly log: Logger;
  readonly indexes?: Readonly<Record<string, Indexer<T>>>;
  /** Drops what nobody reads before an object enters the cache; managedFields go anyway. */
  readonly trim?: (object: T) => T;
  /** Hands every object to the handlers again about this often; never when absent. */
  readonly resyncMs?: number;
  /** Silence after which a watch counts as dead. The server sends a bookmark every minute. */
  readonly livenessMs?: number;
  readonly maximumObjects?: number;
  /**
   * For a kind that need not be installed: where the server does not know it, it counts as a
   * collection without objects, which is looked at again this often. So it does, with a warning,
   * where it may not be read from the start: rights are judged before a kind is looked for.
   */
  readonly absentRetryMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface InformerStats {
  readonly lists: number;
  readonly watches: number;
  /** Watches opened because the one before had failed. */
  readonly reconnects: number;
  /** Changes that only a later list brought to light: the watch should have told. */
  readonly missed: number;
  /** Events that told of the past, and were not taken. */
  readonly outdated: number;
}
