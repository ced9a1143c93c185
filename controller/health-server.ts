import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "./kube/index.ts";

/** What is wrong, in words; empty when all is well. */
export type Check = () => readonly string[];

export interface HealthServerOptions {
  readonly port: number;
  /** All addresses when absent: the kubelet probes from outside the pod. */
  readonly host?: string;
  readonly log: Logger;
  /** Whether the process should be restarted. */
  readonly healthy: Check;
  /** Whether it is at work, or able to take over. */
  readonly ready: Check;
  /** What a process that is ready does without: told beside the ok. */
  readonly limited?: Check;
  /** prom-client's registry is one. */
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
}

/** /healthz, /readyz and /metrics on one port. */
export class HealthServer {
  readonly #options: HealthServerOptions;
  readonly #server: Server;

  constructor(options: HealthServerOptions) {
    this.#options = options;
    this.#server = createServer(
      { requestTimeout: 10_000, headersTimeout: 5_000 },
      (request, response) => {
        const isRead = request.method === "GET" || request.method === "HEAD";
        if (isRead) void this.#answer(request.url?.split("?")[0] ?? "", response);
        else reply(response, 405, "method not allowed\n");
      },
    );
  }

  /** Resolves with the port it listens on; rejects when the port is taken. */
  async start(): Promise<number> {
    const { port, host, log } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject);
    this.#server.listen(port, host, resolve);
    await promise;
    const listening = (this.#server.address() as AddressInfo).port;
    log.info({ port: listening }, "serving health and metrics");
    return listening;
  }

  async stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async #answer(path: string, response: ServerResponse): Promise<void> {
    switch (path) {
      case "/healthz":
        return verdict(response, this.#options.healthy());
      case "/readyz":
        return verdict(response, this.#options.ready(), this.#options.limited?.());
      case "/metrics":
        return this.#metrics(response);
      default:
        return reply(response, 404, "not found\n");
    }
  }

  async #metrics(response: ServerResponse): Promise<void> {
    try {
      const { metrics } = this.#options;
      reply(response, 200, await metrics.metrics(), metrics.contentType);
    } catch (error) {
      this.#options.log.error({ error }, "metrics failed");
      reply(response, 500, "metrics failed\n");
    }
  }
}

function verdict(
  response: ServerResponse,
  problems: readonly string[],
  limits: readonly string[] = [],
): void {
  const lines = [...(problems.length === 0 ? ["ok"] : problems), ...limits];
  reply(response, problems.length === 0 ? 200 : 503, `${lines.join("\n")}\n`);
}

function reply(
  response: ServerResponse,
  code: number,
  text: string,
  contentType = "text/plain; charset=utf-8",
): void {
  response.writeHead(code, { "content-type": contentType });
  response.end(text);
}
