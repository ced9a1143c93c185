/** Connections: one pool for all hosts, and one of its own for each host with settings. */
import nodeTls from "node:tls";
import { Agent, type Dispatcher, EnvHttpProxyAgent, ProxyAgent } from "undici";
import { guardedLookup, type Lookup, type Reach } from "./address.ts";

/** PEM texts; `proxy` is a URL, with a password if it needs one. */
export interface HostSettings {
  /** Trusted for this host, besides the system's authorities. */
  readonly ca?: string;
  /** Client certificate, and its key. */
  readonly cert?: string;
  readonly key?: string;
  readonly proxy?: string;
}

export interface TransportOptions {
  /** Connections to one host at a time. */
  readonly connectionsPerHost?: number;
  /** By host, with port, as it stands in URLs. */
  readonly hosts?: Readonly<Record<string, HostSettings>>;
  /** For hosts without a proxy of their own; `noProxy` as in the variable NO_PROXY. */
  readonly proxy?: { readonly url: string; readonly noProxy?: string };
  readonly lookup?: Lookup;
  /** Stands for all connections; whoever passes one in closes it. */
  readonly dispatcher?: Dispatcher;
}

/** oras-go and containerd keep as many; HTTP/1.1 registries answer each in turn. */
const defaultConnections = 8;

export class Transport implements AsyncDisposable {
  readonly #options: TransportOptions;
  /** By host with settings (or none) and reach: as many as there are settings, twice. */
  readonly #dispatchers = new Map<string, Dispatcher>();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  dispatcherFor(url: URL, reach: Reach): Dispatcher {
    const { dispatcher, hosts = {} } = this.#options;
    if (dispatcher !== undefined) return dispatcher;
    const settings = Object.hasOwn(hosts, url.host) ? hosts[url.host] : undefined;
    const key = `${reach} ${settings === undefined ? "" : url.host}`;
    const known = this.#dispatchers.get(key);
    if (known !== undefined) return known;
    const made = this.#make(settings ?? {}, reach);
    this.#dispatchers.set(key, made);
    return made;
  }

  /** Through a proxy the proxy looks names up, and must itself know where it may connect to. */
  #make({ ca, cert, key, proxy }: HostSettings, reach: Reach): Dispatcher {
    const { connectionsPerHost: connections = defaultConnections, lookup } = this.#options;
    const tls = {
      ...(ca !== undefined && { ca: [...nodeTls.getCACertificates("default"), ca] }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    };
    if (proxy !== undefined) return new ProxyAgent({ uri: proxy, connections, requestTls: tls });
    const connect = { ...tls, lookup: guardedLookup(reach, lookup) };
    const byDefault = this.#options.proxy;
    if (byDefault === undefined) return new Agent({ connections, connect });
    return new EnvHttpProxyAgent({
      httpProxy: byDefault.url,
      httpsProxy: byDefault.url,
      noProxy: byDefault.noProxy ?? "",
      connections,
      connect,
      requestTls: tls,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((dispatcher) => dispatcher.close()));
    this.#dispatchers.clear();
  }
}
