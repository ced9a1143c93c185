/** What the server stands on: made in cmd/forge-server, or by tests. */
import type { Clock, Connection, KubeClient } from "../../controller/kube/index.ts";
import type { Ledger } from "../ledger/index.ts";
import type { Logger, MeasuredRoute, Tracer } from "../telemetry/index.ts";
import type { Impersonation } from "./caller/authenticator.ts";
import type { Caches } from "./cluster/informers.ts";
import type { ChangeFeed } from "./events/change-feed.ts";
import type { Rate } from "./http/rate-limit.ts";
import type { TrustedProxies } from "./http/trusted-proxies.ts";

export interface Limits {
  readonly bodyBytes: number;
  /** Of one request, from its last header to the answer. */
  readonly timeoutMs: number;
  /** Requests that are worked on at once; as many again may wait. */
  readonly concurrency: number;
  /** Share of one caller. */
  readonly concurrencyPerCaller: number;
  /** Of one caller. */
  readonly rate: Rate;
  /** Refused tokens from one address. */
  readonly refusals: Rate;
  readonly streams: number;
  readonly streamsPerCaller: number;
}

/** The ledger, which may come later than the server, and go. */
export interface LedgerAccess {
  /** Whether one is configured: then nothing is written without a record in it. */
  readonly isConfigured: boolean;
  /** @throws ForgeError LedgerUnavailable while there is none */
  open(): Ledger;
}

/** Counts what the server does. */
export interface RequestMetrics {
  /** @param route undefined where the path is none of the API */
  answered(route: MeasuredRoute | undefined, status: number, seconds: number): void;
  /** Reports how many slots of a pool are in use, whenever it is asked. */
  slots(pool: string, inUse: () => number): void;
}

export interface ServerDeps {
  /** The server's own client: it creates TokenReviews, and nothing else. */
  readonly client: KubeClient;
  /** To the same API server, without credentials of its own. */
  readonly callers: Connection;
  /** For people whom the API server does not know; absent: there are none. */
  readonly impersonation?: Impersonation | undefined;
  readonly caches: Caches;
  /** What is missing before questions can be answered; empty when nothing is. */
  readonly missing: () => readonly string[];
  readonly ledger: LedgerAccess;
  readonly changes: ChangeFeed;
  readonly metrics: RequestMetrics;
  readonly tracer: Tracer;
  readonly log: Logger;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly proxies: TrustedProxies;
}
