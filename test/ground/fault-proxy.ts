import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { Agent, request as httpsRequest } from "node:https";

/** What becomes of one request. */
export type Fate =
  | { readonly type: "pass" }
  /** The connection is cut before the request reaches the server. */
  | { readonly type: "reset" }
  /** The request reaches the server; its answer is cut at the first byte. */
  | { readonly type: "lose-answer" }
  | { readonly type: "refuse"; readonly status: number; readonly retryAfterSeconds?: number }
  /** A half-open connection: nothing comes, for as long as the client waits. */
  | { readonly type: "silence" }
  /** Sent on once the promise resolves, whether or not the client still waits. */
  | { readonly type: "hold"; readonly until: Promise<unknown> };

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
}

export interface FaultProxy {
  readonly url: string;
  readonly host: string;
  /** Asked about every request; everything passes at first. */
  judge: (request: ProxiedRequest) => Fate;
  /** Resolves once the next request that is wanted is here; it stays until let go. */
  holdNext(wanted: (request: ProxiedRequest) => boolean): {
    readonly held: Promise<void>;
    /** Sends it on; resolves to the server's status. */
    letGo(): Promise<number>;
  };
  /** Cuts every connection that is open. */
  resetAll(): void;
  /** Lets nothing more through on what is open, and closes none of it: half-open. */
  stallAll(): void;
  stop(): Promise<void>;
}

/** A proxy on loopback before one server, which disturbs what it is told to. */
export async function startFaultProxy(upstream: string, ca?: string): Promise<FaultProxy> {
  const target = new URL(upstream);
  const isTls = target.protocol === "https:";
  const agent = isTls ? new Agent({ ca, keepAlive: true, maxSockets: 64 }) : undefined;
  const send = isTls ? httpsRequest : httpRequest;
  let order: { readonly wanted: (request: ProxiedRequest) => boolean; take(): Fate } | undefined;
  const open = new Set<IncomingMessage>();
  let answered: (status: number) => void = () => undefined;

  const forward = (incoming: IncomingMessage, outgoing: ServerResponse, fate: Fate): void => {
    const { method, url: path, headers } = incoming;
    const { hostname: host, port } = target;
    const options = { host, port, method, path, headers, ...(agent && { agent }) };
    const forwarded = send(options, (reply) => {
      if (fate.type === "hold") answered(reply.statusCode ?? 0);
      if (fate.type === "lose-answer") {
        reply.resume();
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(reply.statusCode ?? 502, reply.rawHeaders);
      outgoing.flushHeaders();
      reply.pipe(outgoing);
      open.add(reply);
      reply.on("close", () => open.delete(reply));
      reply.on("error", () => outgoing.destroy());
    });
    forwarded.on("error", () => outgoing.destroy());
    outgoing.on("error", () => undefined);
    outgoing.on("close", () => {
      if (fate.type === "pass") forwarded.destroy();
    });
    incoming.pipe(forwarded);
  };

  const proxy: FaultProxy = {
    url: "",
    host: "",
    judge: () => ({ type: "pass" }),
    holdNext: (wanted) => {
      const gate = Promise.withResolvers<void>();
      const here = Promise.withResolvers<void>();
      const reply = Promise.withResolvers<number>();
      order = {
        wanted,
        take: () => {
          order = undefined;
          answered = reply.resolve;
          here.resolve();
          return { type: "hold", until: gate.promise };
        },
      };
      const letGo = () => {
        gate.resolve();
        return reply.promise;
      };
      return { held: here.promise, letGo };
    },
    resetAll: () => server.closeAllConnections(),
    stallAll: () => {
      for (const reply of open) reply.unpipe().pause();
    },
    stop: async () => {
      server.closeAllConnections();
      agent?.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  const server = createServer((incoming, outgoing) => {
    const request = { method: incoming.method ?? "", path: incoming.url ?? "" };
    const fate = order?.wanted(request) ? order.take() : proxy.judge(request);
    switch (fate.type) {
      case "reset":
        incoming.socket.destroy();
        return;
      case "silence":
        incoming.resume();
        return;
      case "refuse": {
        const { status, retryAfterSeconds } = fate;
        incoming.resume();
        outgoing.writeHead(status, {
          "content-type": "application/json",
          ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
        });
        outgoing.end(JSON.stringify({ kind: "Status", code: status, message: "by the proxy" }));
        return;
      }
      case "hold":
        void fate.until.then(() => forward(incoming, outgoing, fate));
        return;
      default:
        forward(incoming, outgoing, fate);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const host = `127.0.0.1:${address.port}`;
  return Object.assign(proxy, { host, url: `http://${host}` });
}
