import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { ObjectStore, type StoredObject } from "./object-store.ts";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Matcher = (request: SeenRequest) => boolean;
export type Answer = (response: ServerResponse, request: SeenRequest) => void;

export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
}

export const isWatch: Matcher = (request) => request.query.get("watch") === "true";
export const isList: Matcher = (request) =>
  request.method === "GET" && request.query.has("limit") && !isWatch(request);

/** All of a collection in one answer. */
export const isWholeList: Matcher = ({ method, path, query }) =>
  method === "GET" && locate(path).name === "" && !query.has("limit") && !query.has("watch");

/** Answers as the API server refuses. */
export function refuse(code: number, reason: string, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(code, { "content-type": "application/json", ...headers });
    const message = `${reason}, says the double`;
    response.end(JSON.stringify({ kind: "Status", status: "Failure", code, reason, message }));
  };
}

/**
 * A double of the API server for faults that a real one does not produce on demand. It keeps
 * objects, resource versions and a watch history; it knows no schemas, no selectors, no access
 * rules, and takes an apply for a replacement. Not a stand-in for tests of what a server decides.
 */
export class ApiServerDouble {
  readonly store = new ObjectStore();
  readonly requests: SeenRequest[] = [];
  /** Responses of watches that are open. */
  readonly watches = new Set<ServerResponse>();
  connections = 0;
  /** Requests that are not answered yet; an open watch is. */
  unanswered = 0;
  pageSize = Number.POSITIVE_INFINITY;
  /** Whether a page says how many objects follow: a server may, and need not. */
  tellsRemaining = false;
  readonly #server: Server;
  readonly #scheme: string;
  readonly #sockets = new Set<Socket>();
  readonly #faults: { matches: Matcher; answer: Answer; lasting: boolean }[] = [];

  constructor(tls?: TlsIdentity) {
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      void this.#handle(request, response);
    this.#server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    this.#scheme = tls === undefined ? "http" : "https";
    this.#server.on(tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /** Listens on a free port, or on one it had before. */
  async start(port = 0): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject);
    this.#server.listen(port, "127.0.0.1", resolve);
    await promise;
    return this.url;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.resetAll();
    await promise;
  }

  /** The next request that matches gets this answer instead. Several queue up. */
  once(matches: Matcher, answer: Answer): void {
    this.#faults.push({ matches, answer, lasting: false });
  }

  /** Every request that matches gets this answer, until what is returned is called. */
  always(matches: Matcher, answer: Answer): () => void {
    const fault = { matches, answer, lasting: true };
    this.#faults.push(fault);
    return () => void this.#faults.splice(this.#faults.indexOf(fault), 1);
  }

  /** Shows another certificate to whoever connects from now on. */
  rotate(tls: TlsIdentity): void {
    (this.#server as TlsServer).setSecureContext(tls);
  }

  /** Breaks every connection, as a network does. */
  resetAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  endWatches(): void {
    for (const response of this.watches) response.end();
  }

  writeToWatches(text: string): void {
    for (const response of this.watches) response.write(text);
  }

  bookmark(resourceVersion: string): void {
    const object = { kind: "Widget", apiVersion: "v1", metadata: { resourceVersion } };
    this.writeToWatches(`${JSON.stringify({ type: "BOOKMARK", object })}\n`);
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const url = new URL(incoming.url ?? "/", "http://double");
    const request: SeenRequest = {
      method: incoming.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString("utf8"),
    };
    this.requests.push(request);
    if (!isWatch(request)) {
      this.unanswered++;
      response.on("close", () => this.unanswered--);
    }
    const fault = this.#faults.find(({ matches }) => matches(request));
    if (fault?.lasting === false) this.#faults.splice(this.#faults.indexOf(fault), 1);
    if (fault !== undefined) fault.answer(response, request);
    else this.#answer(request, response);
  }

  #answer(request: SeenRequest, response: ServerResponse): void {
    const { collection, namespace, name } = locate(request.path);
    if (isWatch(request)) return this.#watch(collection, namespace, request, response);
    const found = name === "" ? undefined : this.store.get(collection, namespace, name);
    switch (request.method) {
      case "GET":
        if (name === "") return this.#list(collection, namespace, request, response);
        return found ? reply(response, 200, found) : refuse(404, "NotFound")(response, request);
      case "POST": {
        const object = JSON.parse(request.body) as StoredObject;
        const taken = this.store.get(collection, namespace, object.metadata.name) !== undefined;
        if (taken) return refuse(409, "AlreadyExists")(response, request);
        return reply(response, 201, this.store.put(collection, object));
      }
      case "PUT":
      case "PATCH": {
        const object = JSON.parse(request.body) as StoredObject;
        const wanted = object.metadata.resourceVersion;
        if (!found && request.method === "PUT") return refuse(404, "NotFound")(response, request);
        if (wanted !== undefined && wanted !== found?.metadata.resourceVersion) {
          return refuse(409, "Conflict")(response, request);
        }
        return reply(response, 200, this.store.put(collection, object));
      }
      case "DELETE":
        if (found === undefined) return refuse(404, "NotFound")(response, request);
        this.store.remove(collection, namespace, name);
        return reply(response, 200, { kind: "Status", status: "Success" });
      default:
        return refuse(405, "MethodNotAllowed")(response, request);
    }
  }

  #list(collection: string, namespace: string, request: SeenRequest, response: ServerResponse) {
    const all = this.store.list(collection, namespace);
    const from = Number(request.query.get("continue") ?? 0);
    const limit = request.query.get("limit");
    const size = limit === null ? all.length : Math.min(this.pageSize, Number(limit));
    const remaining = Math.max(0, all.length - from - size);
    const next = remaining > 0 ? String(from + size) : "";
    reply(response, 200, {
      kind: "List",
      metadata: {
        resourceVersion: String(this.store.revision),
        continue: next,
        ...(this.tellsRemaining && remaining > 0 && { remainingItemCount: remaining }),
      },
      items: all.slice(from, from + size).map(({ apiVersion: _, kind: __, ...item }) => item),
    });
  }

  #watch(collection: string, namespace: string, request: SeenRequest, response: ServerResponse) {
    const since = Number(request.query.get("resourceVersion"));
    if (since < this.store.compacted) return refuse(410, "Expired")(response, request);
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    const tell = (event: (typeof this.store.history)[number]) => {
      const inNamespace = namespace === "" || event.object.metadata.namespace === namespace;
      if (response.writableEnded) return;
      if (event.collection !== collection || event.revision <= since || !inNamespace) return;
      response.write(`${JSON.stringify({ type: event.type, object: event.object })}\n`);
    };
    for (const event of this.store.history) tell(event);
    const unsubscribe = this.store.subscribe(tell);
    this.watches.add(response);
    response.on("close", () => {
      unsubscribe();
      this.watches.delete(response);
    });
  }
}

function reply(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function locate(path: string): { collection: string; namespace: string; name: string } {
  const segments = path.split("/").slice(1).map(decodeURIComponent);
  const rest = segments.slice(segments[0] === "api" ? 2 : 3);
  const namespaced = rest[0] === "namespaces" && rest.length > 2;
  const [collection = "", name = ""] = namespaced ? rest.slice(2) : rest;
  return { collection, namespace: namespaced ? (rest[1] ?? "") : "", name };
}
