import type { IncomingMessage, ServerResponse } from "node:http";
import { flush, type GeneratedAnswer, offer, packet } from "../generators/git-answers.ts";
import type { GeneratedPack } from "../generators/git-packs.ts";
import type { GeneratedRepository } from "../generators/git-trees.ts";
import { packOf, wholeEntry } from "../generators/pack-file.ts";
import { type LoopbackServer, startLoopbackServer } from "./loopback-server.ts";
import { sendPaced } from "./paced-body.ts";

/** Content under a name of the server. */
export type Served = GeneratedRepository | GeneratedPack | GeneratedAnswer;

/** As many bytes as a pkt-line takes beside the number of its channel. */
const largestPiece = 65_515;

/** A git server over smart HTTP (gitprotocol-v2) that gives what was generated, for fetches alone. */
export class HostileGitServer implements AsyncDisposable {
  readonly #served = new Map<string, Served>();
  readonly #server: LoopbackServer;
  /** How often each name was asked for, while it is there. */
  readonly #asked = new Map<string, number>();

  private constructor(server: LoopbackServer, served: Map<string, Served>) {
    this.#server = server;
    this.#served = served;
  }

  static async start(): Promise<HostileGitServer> {
    const served = new Map<string, Served>();
    let self: HostileGitServer | undefined;
    const server = await startLoopbackServer((request, response) =>
      self?.answer(request, response),
    );
    self = new HostileGitServer(server, served);
    return self;
  }

  /** Returns the address of the repository. */
  serve(name: string, what: Served): string {
    this.#served.set(name, what);
    this.#asked.set(name, 0);
    return `http://${this.#server.host}/${name}.git`;
  }

  asked(name: string): number {
    return this.#asked.get(name) ?? 0;
  }

  forget(name: string): void {
    this.#served.delete(name);
    this.#asked.delete(name);
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const [, name = ""] = /^\/([^/]+)\.git\//.exec(request.url ?? "") ?? [];
    const what = this.#served.get(name);
    if (what === undefined) {
      response.writeHead(404).end();
      return;
    }
    this.#asked.set(name, this.asked(name) + 1);
    const isOffer = request.method === "GET";
    const service = /git-(upload|receive)-pack/.exec(request.url ?? "")?.[0] ?? "git-upload-pack";
    const type = `application/x-${service}-${isOffer ? "advertisement" : "result"}`;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => undefined);
    request.on("end", () => {
      const asked = Buffer.concat(chunks).toString("latin1");
      const isList = asked.includes("command=ls-refs");
      if ("body" in what && isOffer !== (what.afterOffer ?? false)) {
        response.writeHead(what.status ?? 200, { "content-type": type, ...what.headers });
        sendPaced(response, what.body, what.pace);
        return;
      }
      response.writeHead(200, { "content-type": type });
      if (isOffer) response.end(offer);
      else if (isList) response.end(refsTo("head" in what ? what.head : ""));
      else response.end("head" in what ? packAnswer(what) : flush);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]() as Promise<void>;
  }
}

function refsTo(head: string): Buffer {
  return Buffer.concat([packet(`${head} HEAD\n`), packet(`${head} refs/heads/main\n`), flush]);
}

function packAnswer(what: GeneratedRepository | GeneratedPack): Buffer {
  const pack =
    "pack" in what ? what.pack : packOf(what.objects.map((object) => wholeEntry(object)));
  const { pieceBytes = largestPiece, emptyPieces = 0 } = "pack" in what ? what : {};
  const pieces: Buffer[] = [packet("packfile\n")];
  if (emptyPieces > 0) pieces.push(Buffer.alloc(emptyPieces * 5, "0005\x01"));
  for (let at = 0; at < pack.length; at += pieceBytes) {
    pieces.push(packet(Buffer.concat([Buffer.from([1]), pack.subarray(at, at + pieceBytes)])));
  }
  return Buffer.concat([...pieces, flush]);
}
