/** The Kubernetes client: verbs, errors, and informers that keep a cache. */
export { Backoff, jitter } from "./backoff.ts";
export type { CacheReader } from "./cache.ts";
export { KubeClient } from "./client.ts";
export { sleep, systemClock } from "./clock.ts";
export { Connection } from "./connection.ts";
export { withDeadline } from "./deadline.ts";
export {
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  KubeError,
  type Retry,
} from "./errors.ts";
export { Informer } from "./informer.ts";
export type { InformerOptions, InformerStats } from "./informer-options.ts";
export type { ChangeHandler, ChangeType } from "./mirror.ts";
export { type Key, type KubeObject, keyOf, keyText, type ObjectMeta } from "./object.ts";
export { type Indexer, indexValue } from "./object-index.ts";
export type { Clock, Logger, Random } from "./ports.ts";
export { collectionPath, objectPath, queryText, type Resource } from "./resource.ts";
export { isNotNewer } from "./resource-version.ts";
export { mayI, type ResourceAttributes, whoAmI } from "./self.ts";
export type {
  ApplyOptions,
  DeleteOptions,
  ListPage,
  RequestOptions,
  SelectOptions,
  WatchOptions,
  WriteOptions,
} from "./verbs.ts";
export type { WatchEvent } from "./watch-stream.ts";
