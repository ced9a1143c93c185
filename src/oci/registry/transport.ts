/** Connections: one pool for all hosts, and one of its own for each host with settings. */
import nodeTls from "node:tls";
import type { Connections, Network, Reach } from "../../network/index.ts";

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
  /** Network that connects to registries, and to where they refer. */
  readonly network: Network;
  /** Connections to one host at a time. */
  readonly connectionsPerHost?: number;
  /** By host, with port, as it stands in URLs. */
  readonly hosts?: Readonly<Record<string, HostSettings>>;
  /** For hosts without a proxy of their own; `noProxy` as in the variable NO_PROXY. */
  readonly proxy?: { readonly url: string; readonly noProxy?: string };
}

/** oras-go and containerd keep as many; HTTP/1.1 registries answer each in turn. */
const defaultConnections = 8;

export class Transport implements AsyncDisposable {
  readonly #options: TransportOptions;
  /** By host with settings (or none) and reach: as many as there are settings, twice. */
  readonly #pools = new Map<string, Connections>();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  connectionsTo(url: URL, reach: Reach): Connections {
    const { hosts = {} } = this.#options;
    const settings = Object.hasOwn(hosts, url.host) ? hosts[url.host] : undefined;
    const key = `${reach} ${settings === undefined ? "" : url.host}`;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const made = this.#make(settings ?? {}, reach);
    this.#pools.set(key, made);
    return made;
  }

  #make({ ca, cert, key, proxy }: HostSettings, reach: Reach): Connections {
    const { connectionsPerHost: connections = defaultConnections, network } = this.#options;
    const connect = {
      ...(ca !== undefined && { ca: [...nodeTls.getCACertificates("default"), ca] }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    };
    const byDefault = this.#options.proxy;
    const through =
      proxy === undefined
        ? byDefault && { ...byDefault, noProxy: byDefault.noProxy ?? "" }
        : { url: proxy };
    return network.open({
      ...{ connect, connections, reach },
      ...(through !== undefined && { proxy: { ...through, isOwn: true } }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
    this.#pools.clear();
  }
}
