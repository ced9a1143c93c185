import { setTimeout as delay } from "node:timers/promises";
import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool, ProxyAgent } from "undici";
import type { AddressPolicy, Reach } from "./address-policy.ts";
import { type ConnectOptions, guardedConnect, RefusedAddress } from "./guarded-connect.ts";
import type { NetworkOptions } from "./ports.ts";

export interface ConnectionOptions {
  /** TLS and the like, of the servers. */
  readonly connect?: ConnectOptions;
  /** Connections to one origin at a time; no limit when absent. */
  readonly connections?: number;
  /** To be connected, name resolution included. */
  readonly connectMs?: number;
  readonly reach?: Reach;
  /** A proxy through which everything goes. */
  readonly proxy?: {
    readonly url: string;
    /** Value of the header Proxy-Authorization. */
    readonly token?: string;
    /** Whether the installation chose it; else its address is judged like any other. */
    readonly isOwn: boolean;
    /** Hosts that are reached without it, as in NO_PROXY. */
    readonly noProxy?: string;
  };
}

export interface Outgoing extends Omit<Dispatcher.RequestOptions, "origin" | "path" | "signal"> {
  readonly url: URL;
  readonly signal: AbortSignal;
}

/**
 * A host that a tenant named and that is not known to be public was not reached. Refused, closed,
 * silent, without a route, and without a name are one and the same to whoever reads it, in words
 * and in time. The cause is for the installation's log alone.
 */
export class HostUnreachable extends Error {
  override readonly name = "HostUnreachable";

  constructor(host: string) {
    super(`${host} cannot be reached`);
  }
}

export const unreachableHint =
  "Check the host's name and port, and that the controller may reach it; an address that is not public must be within its --allowed-range.";

/** Time that a failure takes which is not to be told from another one. */
const hiddenMs = 3_000;
const defaultConnectMs = 10_000;
const maxJudged = 1_000;

/** Pooled connections of one client, all of them through the guard. */
export class Connections {
  readonly #policy: AddressPolicy;
  readonly #options: NetworkOptions;
  readonly #reach: Reach;
  readonly #dispatcher: Dispatcher;
  /** Hosts whose addresses were all public when they were connected to last. */
  readonly #public = new Set<string>();

  constructor(policy: AddressPolicy, network: NetworkOptions, options: ConnectionOptions) {
    this.#policy = policy;
    this.#options = network;
    this.#reach = options.reach ?? "allowed";
    this.#dispatcher = this.#make(options);
  }

  /** Resolves with the head of the answer; redirects are not followed. @throws HostUnreachable */
  async request({ url, signal, ...request }: Outgoing): Promise<Dispatcher.ResponseData> {
    const startedAt = performance.now();
    try {
      const verdict = this.#policy.judgeName(url, this.#reach);
      if (verdict?.allowed === false) throw new RefusedAddress(`${url.host}: ${verdict.why}`);
      const { origin, pathname, search } = url;
      const options = { ...request, origin, path: pathname + search, signal };
      return await this.#dispatcher.request(options);
    } catch (error) {
      if (signal.aborted || this.#policy.isOwn(url) || this.#public.has(url.host)) throw error;
      const reason = error instanceof Error ? error.message || error.name : String(error);
      this.#options.log?.warn({ host: url.host, reason }, "host of a tenant not reached");
      const leftMs = startedAt + hiddenMs - performance.now();
      await (this.#options.sleep ?? pause)(Math.max(0, leftMs), signal);
      throw new HostUnreachable(url.host);
    }
  }

  close(): Promise<void> {
    return this.#dispatcher.close();
  }

  #make({ connect = {}, connections, connectMs, proxy }: ConnectionOptions): Dispatcher {
    const limit = connections === undefined ? {} : { connections };
    const timeoutMs = connectMs ?? defaultConnectMs;
    const guarded = (tls: ConnectOptions) =>
      guardedConnect({
        policy: this.#policy,
        reach: this.#reach,
        connect: tls,
        ...{ timeoutMs, hiddenMs },
        lookup: this.#options.lookup,
        onJudged: (url, isPublic) => this.#note(url.host, isPublic),
      });
    if (proxy === undefined) return new Agent({ ...limit, connect: guarded(connect) });
    const tls = { ...connect, timeout: timeoutMs };
    if (proxy.noProxy !== undefined) {
      return new EnvHttpProxyAgent({
        ...{ httpProxy: proxy.url, httpsProxy: proxy.url, noProxy: proxy.noProxy },
        ...limit,
        connect: guarded(connect),
        requestTls: tls,
      });
    }
    return new ProxyAgent({
      uri: proxy.url,
      ...limit,
      ...(proxy.token !== undefined && { token: proxy.token }),
      requestTls: tls,
      // Plain http too: what a tunnel carries the proxy does not read.
      ...(!proxy.isOwn && {
        proxyTunnel: true,
        clientFactory: (origin: URL) => new Pool(origin, { connect: guarded(connect) }),
      }),
    });
  }

  #note(host: string, isPublic: boolean): void {
    if (this.#public.size >= maxJudged) this.#public.clear();
    if (isPublic) this.#public.add(host);
    else this.#public.delete(host);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
