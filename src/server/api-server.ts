import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { type Clock, sleep } from "../../controller/kube/index.ts";
import type { Logger } from "../telemetry/index.ts";
import type { App } from "./app.ts";
import { limitByAddress } from "./connection-limit.ts";

export interface ApiServerOptions {
  readonly app: Pick<App, "fetch">;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM; read again from time to time, since certificates are renewed. */
  readonly tls: (() => Promise<{ readonly cert: string; readonly key: string }>) | undefined;
  /** Told to those who listen for events that it is over. */
  readonly stopping: AbortController;
  /** How long requests under way may take once it stops. */
  readonly graceMs: number;
  readonly log: Logger;
  readonly clock: Clock;
  readonly limits?: Partial<ConnectionLimits>;
  /** Whether connections from an address stand for many clients: a proxy's are not counted. */
  readonly isProxy?: (address: string) => boolean;
}

/** Limits of one connection and of one address. */
export interface ConnectionLimits {
  /** Time of a TLS handshake, and of a request's head. */
  readonly headMs: number;
  /** Time of a whole request, its body included. */
  readonly requestMs: number;
  /** A connection on which nothing moves for so long is closed, whatever it waits for. */
  readonly idleMs: number;
  readonly total: number;
  readonly perAddress: number;
}

/** No stream is silent for longer: it has a heartbeat. */
const usualLimits: ConnectionLimits = {
  ...{ headMs: 10_000, requestMs: 60_000, idleMs: 120_000 },
  ...{ total: 4_096, perAddress: 1_024 },
};

const keepAliveMs = 65_000;
/** A token may take half of it. */
const maximumHeaderBytes = 16 * 1_024;
const renewalMs = 60_000;
/** How often Node looks for requests that take too long; as long may they exceed their time. */
const checkMs = 1_000;

/** Listens, and stops in order: no new requests, an end to streams, then those under way. */
export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #limits: ConnectionLimits;
  #server: Server | undefined;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#limits = { ...usualLimits, ...options.limits };
  }

  /** Resolves with the port it listens on; rejects when the port is taken. */
  async start(): Promise<number> {
    const { host, port, log } = this.#options;
    const server = await this.#create();
    const { total, perAddress, idleMs } = this.#limits;
    server.maxConnections = total;
    server.keepAliveTimeout = keepAliveMs;
    server.setTimeout(idleMs);
    const isProxy = this.#options.isProxy ?? (() => false);
    limitByAddress(server, { perAddress, isProxy });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(port, host, resolve);
    await promise;
    server.on("error", (error) => log.error({ error }, "the listener failed"));
    this.#server = server;
    const listening = (server.address() as AddressInfo).port;
    log.info({ port: listening }, "serving the API");
    return listening;
  }

  async #create(): Promise<Server> {
    const { app, tls, stopping } = this.#options;
    // Its own Response writes bytes as they are: Node's copies them, and streams the copy.
    const listener = getRequestListener((request, bindings) =>
      app.fetch(request, bindings as never),
    );
    const answer = (incoming: IncomingMessage, outgoing: ServerResponse) => {
      if (stopping.signal.aborted) outgoing.setHeader("connection", "close");
      // A stream that ends because the server stops leaves a connection that waits for more.
      outgoing.once("close", () => {
        if (stopping.signal.aborted) setImmediate(() => this.#server?.closeIdleConnections());
      });
      void listener(incoming, outgoing as never);
    };
    const { headMs, requestMs } = this.#limits;
    const limits = {
      requestTimeout: requestMs,
      headersTimeout: headMs,
      connectionsCheckingInterval: Math.min(checkMs, headMs),
      maxHeaderSize: maximumHeaderBytes,
    };
    if (tls === undefined) return createServer(limits, answer as never);
    const server = createTlsServer(
      { ...limits, ...(await tls()), handshakeTimeout: headMs, minVersion: "TLSv1.2" },
      answer as never,
    );
    void this.#renew(async () => server.setSecureContext(await tls()));
    return server;
  }

  async #renew(work: () => Promise<void>): Promise<void> {
    const { clock, stopping, log } = this.#options;
    for (;;) {
      await sleep(clock, renewalMs, stopping.signal);
      if (stopping.signal.aborted) return;
      await work().catch((error: unknown) => log.warn({ error }, "certificate not read again"));
    }
  }

  async stop(): Promise<void> {
    const { stopping, graceMs, clock } = this.#options;
    const server = this.#server;
    if (server === undefined) return;
    stopping.abort();
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    server.closeIdleConnections();
    const drained = new AbortController();
    void promise.then(() => drained.abort());
    await sleep(clock, graceMs, drained.signal);
    server.closeAllConnections();
    await promise;
  }
}
