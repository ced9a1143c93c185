import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { type Clock, sleep } from "../../controller/kube/index.ts";
import type { Logger } from "../telemetry/index.ts";
import type { App } from "./app.ts";

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
}

const headersTimeoutMs = 10_000;
/** Of a whole request, its body too. */
const requestTimeoutMs = 60_000;
const keepAliveMs = 65_000;
/** A token may take half of it. */
const maximumHeaderBytes = 16 * 1_024;
const maximumConnections = 4_096;
const renewalMs = 60_000;

/** Listens, and stops in order: no new requests, an end to streams, then those under way. */
export class ApiServer {
  readonly #options: ApiServerOptions;
  #server: Server | undefined;

  constructor(options: ApiServerOptions) {
    this.#options = options;
  }

  /** Resolves with the port it listens on; rejects when the port is taken. */
  async start(): Promise<number> {
    const { host, port, log } = this.#options;
    const server = await this.#create();
    server.maxConnections = maximumConnections;
    server.keepAliveTimeout = keepAliveMs;
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
    const answer = (incoming: IncomingMessage, outgoing: Parameters<typeof listener>[1]) => {
      if (stopping.signal.aborted) outgoing.setHeader("connection", "close");
      void listener(incoming, outgoing);
    };
    const limits = {
      requestTimeout: requestTimeoutMs,
      headersTimeout: headersTimeoutMs,
      maxHeaderSize: maximumHeaderBytes,
    };
    if (tls === undefined) return createServer(limits, answer as never);
    const server = createTlsServer(
      { ...limits, ...(await tls()), minVersion: "TLSv1.2" },
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
