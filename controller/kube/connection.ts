import { createHash } from "node:crypto";
import type { AgentOptions, RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { Agent, type buildConnector, type Dispatcher, ProxyAgent } from "undici";
import { systemClock } from "./clock.ts";
import type { Clock } from "./ports.ts";

/**
 * One set of pooled connections to the API server of a kubeconfig's current context.
 *
 * client-node gives credentials and TLS options (certificates, tokens, exec, OIDC, in-cluster,
 * proxies) but a new dispatcher, and so a new TLS connection, for every call. Here dispatchers
 * are kept, keyed by a hash of the options they were made from: a rotated certificate or CA gets
 * new ones, and the old are closed when their last request has ended.
 *
 * A watch keeps its connection for minutes. Watches therefore have a pool of their own, without
 * which sixteen of them would leave no connection for anything else.
 */
export class Connection {
  readonly server: URL;
  #config: KubeConfig;
  readonly #userAgent: string;
  readonly #clock: Clock;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #hash = "";
  #pools: Pools | undefined;
  readonly #closing = new Set<Promise<void>>();

  /** @throws TypeError when the kubeconfig has no current cluster. */
  constructor(config: KubeConfig, options: { readonly userAgent: string; readonly clock?: Clock }) {
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new TypeError("kubeconfig: the current context has no cluster");
    this.server = new URL(cluster.server);
    this.#config = config;
    this.#userAgent = options.userAgent;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Sends one request, credentials added. `path` begins with a slash and holds the query. Refused
   * with 401 it did nothing, whatever its method: it is sent once more with renewed credentials.
   */
  async send(request: ConnectionRequest): Promise<Dispatcher.ResponseData> {
    const response = await this.#sendOnce(request);
    if (response.statusCode !== 401 || !this.#renewCredentials()) return response;
    await response.body.dump();
    return this.#sendOnce(request);
  }

  /**
   * Authenticators keep what they know: a token file for a minute, what a program printed for as
   * long as it said, if it did, and else for ever. A new configuration knows nothing and asks.
   * False when that was done a moment ago: many requests are refused at once, and programs cost.
   */
  #renewCredentials(): boolean {
    const now = this.#clock.monotonic();
    if (now - this.#renewedAt < renewalPauseMs) return false;
    this.#renewedAt = now;
    const { clusters, contexts, users, currentContext } = this.#config;
    // Of the class that was given: who has none to give, as the command before forge-server, does
    // not load client-node, which takes longer than a request.
    const Config = this.#config.constructor as new () => KubeConfig;
    this.#config = new Config();
    this.#config.loadFromOptions({ clusters, contexts, users, currentContext });
    return true;
  }

  async #sendOnce(request: ConnectionRequest): Promise<Dispatcher.ResponseData> {
    const credentials: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(credentials);
    const pools = this.#poolsFor(credentials);
    try {
      request.beforeSend?.();
    } catch (reason) {
      throw new KeptBack(reason);
    }
    const dispatcher = request.long ? pools.watches : pools.requests;
    return dispatcher.request({
      origin: this.server.origin,
      path: this.server.pathname.replace(/\/$/, "") + request.path,
      method: request.method,
      headers: {
        ...(credentials.headers as Record<string, string> | undefined),
        ...(credentials.auth ? { authorization: basic(credentials.auth) } : {}),
        accept: "application/json",
        "user-agent": this.#userAgent,
        ...request.headers,
      },
      body: request.body ?? null,
      signal: request.signal,
      headersTimeout: headersTimeoutMs,
      bodyTimeout: request.idleMs,
    });
  }

  /** Waits for requests under way, then closes every connection. */
  async close(): Promise<void> {
    this.#retire();
    await Promise.all(this.#closing);
  }

  // Nothing is awaited between here and the dispatch, so no pool is retired in between.
  #poolsFor(credentials: RequestOptions): Pools {
    const options = this.#config.createDispatcherOptions(
      this.#config.getCurrentCluster(),
      // Both carry TLS options, which are all that is read here.
      credentials as AgentOptions,
    );
    const hash = createHash("sha256").update(JSON.stringify(options)).digest("hex");
    if (this.#pools === undefined || hash !== this.#hash) {
      this.#retire();
      this.#pools = createPools(options);
      this.#hash = hash;
    }
    return this.#pools;
  }

  #retire(): void {
    const old = this.#pools;
    this.#pools = undefined;
    if (old === undefined) return;
    const closed = closePools(old);
    this.#closing.add(closed);
    void closed.finally(() => this.#closing.delete(closed));
  }
}

/** A request that was not sent, since its `beforeSend` threw. */
export class KeptBack {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

export interface ConnectionRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
  /** A watch: does not take a connection from the others. */
  readonly long: boolean;
  /** How long the body may be silent. */
  readonly idleMs: number;
  /** Called when nothing is left but to send; what it throws keeps the request back. */
  readonly beforeSend?: (() => void) | undefined;
}

type DispatcherOptions = ReturnType<KubeConfig["createDispatcherOptions"]>;

interface Pools {
  readonly requests: Dispatcher;
  readonly watches: Dispatcher;
}

const headersTimeoutMs = 30_000;
const requestConnections = 16;
const renewalPauseMs = 10_000;

function createPools(options: DispatcherOptions): Pools {
  const create = (connections: number | null): Dispatcher => {
    // HTTP/1.1: one stuck stream of a shared HTTP/2 connection would hold up all the others.
    const shared = { connections, allowH2: false, keepAliveTimeout: 30_000 };
    switch (options.type) {
      case "none":
        return new Agent(shared);
      case "agent":
        return new Agent({ ...shared, connect: options.connect as buildConnector.BuildOptions });
      case "proxy":
      case "socks":
        return new ProxyAgent({
          ...shared,
          uri: options.uri.replace(/^socks5h:/, "socks5:"),
          requestTls: { ...options.requestTls, allowH2: false } as buildConnector.BuildOptions,
        });
    }
  };
  return { requests: create(requestConnections), watches: create(null) };
}

// close() lets requests under way finish.
async function closePools(pools: Pools): Promise<void> {
  await Promise.allSettled([pools.requests.close(), pools.watches.close()]);
}

function basic(userAndPassword: string): string {
  return `Basic ${Buffer.from(userAndPassword).toString("base64")}`;
}
