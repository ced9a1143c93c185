import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { request as httpsRequest } from "node:https";
import { buffer } from "node:stream/consumers";

/** Which request's answer is to be held. */
export type Wanted = (request: {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}) => boolean;

export interface HoldingProxy {
  readonly url: string;
  readonly host: string;
  /**
   * Lets the next request that is wanted reach the server, and keeps its answer for itself.
   * Resolves once the server has answered: the work is done, and the client does not know.
   */
  holdNext(wanted: Wanted): Promise<void>;
  /** Cuts the connections whose answers are held. */
  drop(): void;
  stop(): Promise<void>;
}

/**
 * A proxy before one server, on loopback unless told. Everything passes but the answers it is told
 * to hold.
 */
export async function startHoldingProxy(
  upstream: string,
  ca?: string,
  address = "127.0.0.1",
): Promise<HoldingProxy> {
  const target = new URL(upstream);
  const send = target.protocol === "https:" ? httpsRequest : httpRequest;
  let order: { wanted: Wanted; held: () => void } | undefined;
  const kept = new Set<ServerResponse>();

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = "GET", url: path = "/" } = incoming;
    const sent = order === undefined || method === "GET" ? undefined : await buffer(incoming);
    const body = sent?.toString("latin1") ?? "";
    const hold = order?.wanted({ method, path, body }) ? order : undefined;
    if (hold !== undefined) order = undefined;
    const forwarded = send(
      { host: target.hostname, port: target.port, method, path, headers: incoming.headers, ca },
      async (reply) => {
        if (hold !== undefined) {
          await buffer(reply);
          kept.add(outgoing);
          hold.held();
          return;
        }
        outgoing.writeHead(reply.statusCode ?? 502, reply.rawHeaders);
        reply.pipe(outgoing);
        reply.on("error", () => outgoing.destroy());
      },
    );
    forwarded.on("error", () => outgoing.destroy());
    outgoing.on("close", () => {
      if (hold === undefined) forwarded.destroy();
    });
    if (sent === undefined) incoming.pipe(forwarded);
    else forwarded.end(sent);
  };

  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the proxy has no port");
  const host = `${address}:${bound.port}`;
  const drop = (): void => {
    for (const outgoing of kept) outgoing.destroy();
    kept.clear();
  };
  return {
    url: `http://${host}`,
    host,
    holdNext: (wanted) =>
      new Promise((resolve) => {
        order = { wanted, held: resolve };
      }),
    drop,
    stop: async () => {
      drop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
