import type { IncomingMessage, ServerResponse } from "node:http";
import type { GeneratedDocument } from "../generators/image-documents.ts";
import type { GeneratedChallenge } from "../generators/tokens.ts";
import { type LoopbackServer, startLoopbackServer } from "./loopback-server.ts";

const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** A registry that gives what was generated, by path and whatever tag or digest is asked for. */
export class HostileRegistry implements AsyncDisposable {
  readonly #server: LoopbackServer;
  readonly #documents = new Map<string, GeneratedDocument>();
  readonly #challenges = new Map<string, GeneratedChallenge>();
  readonly #blobs = new Map<string, Buffer>();

  private constructor(server: LoopbackServer) {
    this.#server = server;
  }

  static async start(): Promise<HostileRegistry> {
    let self: HostileRegistry | undefined;
    const server = await startLoopbackServer((request, response) =>
      self?.answer(request, response),
    );
    self = new HostileRegistry(server);
    return self;
  }

  get host(): string {
    return this.#server.host;
  }

  /** Where token servers answer: the last part of the path is that of the repository. */
  get realm(): string {
    return `http://${this.host}/token`;
  }

  /**
   * @param path of a repository, `releases/company/a/auth`
   * @param tag that it stands under; every other tag and digest when absent
   */
  setManifest(path: string, document: GeneratedDocument, tag?: string): void {
    this.#documents.set(tag === undefined ? path : `${path}:${tag}`, document);
  }

  setChallenge(path: string, challenge: GeneratedChallenge): void {
    this.#challenges.set(path, challenge);
  }

  setBlob(digest: string, bytes: Buffer): void {
    this.#blobs.set(digest, bytes);
  }

  forget(path: string, digests: readonly string[] = []): void {
    for (const key of this.#documents.keys()) {
      if (key === path || key.startsWith(`${path}:`)) this.#documents.delete(key);
    }
    this.#challenges.delete(path);
    for (const digest of digests) this.#blobs.delete(digest);
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    request.on("error", () => undefined);
    const url = new URL(request.url ?? "/", "http://registry");
    const [, path = "", kind = "", name = ""] =
      /^\/v2\/(.+)\/(manifests|blobs|tags|referrers)\/(.*)$/.exec(url.pathname) ?? [];
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (url.pathname === "/token") this.#answerToken(response);
    else if (url.pathname === "/v2/") response.end("{}");
    else if (!isRead) response.writeHead(405).end();
    else if (this.#challenge(path, response)) return;
    else if (kind === "manifests" || kind === "referrers")
      this.#answerManifest(path, name, request, response);
    else if (kind === "blobs") sendBytes(request, response, this.#blobs.get(name));
    else if (kind === "tags") sendTags(path, url, response);
    else response.writeHead(404).end("{}");
  }

  #challenge(path: string, response: ServerResponse): boolean {
    const challenge = this.#challenges.get(path);
    if (challenge === undefined) return false;
    // Node refuses lines in a header: a real server of this kind sends them raw.
    response.setHeader("www-authenticate", challenge.header);
    response.writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
    return true;
  }

  /** One repository at a time has a challenge. */
  #answerToken(response: ServerResponse): void {
    const [challenge] = this.#challenges.values();
    response.setHeader("content-type", "application/json");
    response.end(challenge?.answer ?? "{}");
  }

  #answerManifest(
    path: string,
    name: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const document = this.#documents.get(`${path}:${name}`) ?? this.#documents.get(path);
    if (document === undefined) {
      response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
      return;
    }
    const { body, mediaType = manifestType, headers = {} } = document;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader("content-type", mediaType);
    sendBytes(request, response, body);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]() as Promise<void>;
  }
}

function sendBytes(request: IncomingMessage, response: ServerResponse, bytes: Buffer | undefined) {
  if (bytes === undefined) {
    response.writeHead(404).end('{"errors":[{"code":"BLOB_UNKNOWN"}]}');
    return;
  }
  response.setHeader("content-length", bytes.length);
  response.end(request.method === "HEAD" ? undefined : bytes);
}

/** Pages that go on as long as somebody asks for the next. */
function sendTags(path: string, url: URL, response: ServerResponse): void {
  const page = Number(url.searchParams.get("last") ?? "0");
  const tags = Array.from({ length: 1_000 }, (_none, index) => `t${page}-${index}`);
  response.setHeader("link", `</v2/${path}/tags/list?n=1000&last=${page + 1}>; rel="next"`);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ name: path, tags }));
}
