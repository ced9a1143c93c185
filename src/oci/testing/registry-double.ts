import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** Returns true when it has answered. */
export type Fault = (
  request: IncomingMessage & { readonly method: string; readonly url: string },
  response: ServerResponse,
  body: Buffer,
) => boolean;

/**
 * A registry on loopback that keeps everything in memory and fails as told. It is written from
 * the specification and shares nothing with the client.
 */
export class RegistryDouble implements AsyncDisposable {
  readonly blobs = new Map<string, Buffer>();
  /** By `<path>:<tag>` and `<path>@<digest>`. */
  readonly manifests = new Map<string, { mediaType: string; bytes: Buffer }>();
  readonly seen: SeenRequest[] = [];
  /** Asked first for every request, in order; one that answers is the answer. */
  readonly faults: Fault[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<RegistryDouble> {
    const server = createServer();
    const double = new RegistryDouble(server);
    server.on("request", (request, response) => {
      void double.#handle(request as Parameters<Fault>[0], response);
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", resolve);
    await promise;
    return double;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers once with a fault for requests whose method and URL fit. */
  failOnce(fits: RegExp, answer: (response: ServerResponse) => void): void {
    this.failTimes(1, fits, answer);
  }

  failTimes(times: number, fits: RegExp, answer: (response: ServerResponse) => void): void {
    let left = times;
    this.faults.push((request, response) => {
      if (left === 0 || !fits.test(`${request.method} ${request.url}`)) return false;
      left -= 1;
      answer(response);
      return true;
    });
  }

  count(fits: RegExp): number {
    return this.seen.filter(({ method, path }) => fits.test(`${method} ${path}`)).length;
  }

  setManifest(path: string, tag: string, bytes: Buffer, mediaType: string): void {
    this.manifests.set(`${path}:${tag}`, { mediaType, bytes });
    this.manifests.set(`${path}@${sha256(bytes)}`, { mediaType, bytes });
  }

  async #handle(request: Parameters<Fault>[0], response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { authorization } = request.headers;
    this.seen.push({ method: request.method, path: request.url, authorization });
    const body = Buffer.concat(chunks);
    if (this.faults.some((fault) => fault(request, response, body))) return;
    this.#answer(request, response, body);
  }

  #answer(request: Parameters<Fault>[0], response: ServerResponse, body: Buffer): void {
    const url = new URL(request.url, "http://double");
    const match = /^\/v2\/(.+)\/(manifests|blobs|tags)\/(.*)$/.exec(url.pathname);
    const [, path = "", kind = "", name = ""] = match ?? [];
    const isUpload =
      kind === "blobs" && path.endsWith("/blobs") === false && name.startsWith("uploads/");
    if (isUpload && request.method === "POST") {
      response.writeHead(202, { location: `/v2/${path}/blobs/uploads/1?_state=a%2Bb%3D%3D` }).end();
    } else if (isUpload && request.method === "PUT") {
      const digest = url.searchParams.get("digest") ?? "";
      const isRight = digest === sha256(body) && url.search.startsWith("?_state=a%2Bb%3D%3D&");
      if (isRight) this.blobs.set(digest, body);
      response.writeHead(isRight ? 201 : 400).end();
    } else if (kind === "manifests" && request.method === "PUT") {
      this.setManifest(path, name, body, request.headers["content-type"] ?? "");
      response.writeHead(201, { "docker-content-digest": sha256(body) }).end();
    } else if (kind === "tags") {
      const tags = [...this.manifests.keys()]
        .filter((key) => key.startsWith(`${path}:`))
        .map((key) => key.slice(path.length + 1));
      if (tags.length === 0) refuse(response, 404, "NAME_UNKNOWN", "repository not known");
      else response.end(JSON.stringify({ name: path, tags }));
    } else if (kind === "manifests") {
      const found = this.manifests.get(`${path}${name.includes(":") ? "@" : ":"}${name}`);
      if (found === undefined) refuse(response, 404, "MANIFEST_UNKNOWN", "manifest unknown");
      else send(request, response, found.bytes, found.mediaType);
    } else {
      const blob = this.blobs.get(name);
      if (blob === undefined) refuse(response, 404, "BLOB_UNKNOWN", "blob unknown");
      else send(request, response, blob, "application/octet-stream");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }
}

export function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  mediaType: string,
): void {
  response.writeHead(200, {
    "content-type": mediaType,
    "content-length": bytes.byteLength,
    "docker-content-digest": sha256(bytes),
  });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
