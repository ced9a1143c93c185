import { rootCertificates } from "node:tls";
import { ForgeError, foreignText } from "../../api/index.ts";
import type { Connections } from "../../network/index.ts";
import type { RemoteOptions } from "../ports.ts";
import { refuseStatus, unreachable } from "./http-errors.ts";
import { checkedProxyUrl, checkedRepositoryUrl } from "./origin-policy.ts";

export type Service = "git-upload-pack" | "git-receive-pack";

const defaultTimeouts = { connectMs: 10_000, answerMs: 60_000, totalMs: 300_000 };
/** 500,000 refs of 130 bytes. */
const maxAdvertisementBytes = 64 * 1024 * 1024;
const maxRedirects = 3;

/** Smart HTTP (gitprotocol-http) to one repository, within bounds of time, size and origin. */
export class Transport {
  readonly userAgent: string;
  readonly #connections: Connections;
  readonly #authorization: string | undefined;
  readonly #timeouts: typeof defaultTimeouts;
  #base: URL;

  constructor(options: RemoteOptions) {
    this.#base = checkedRepositoryUrl(options.url, options.allowInsecureHosts ?? []);
    this.userAgent = options.userAgent ?? "git/forge";
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts };
    this.#authorization = authorizationOf(options.credentials);
    this.#connections = connectionsOf(options, this.#timeouts.connectMs);
  }

  /** For messages: where this goes, without anything secret. */
  get where(): string {
    return this.#base.host + this.#base.pathname;
  }

  /** GET info/refs. A redirect inside the origin moves all later requests too, as git does. */
  async advertisement(service: Service, signal: AbortSignal): Promise<Buffer> {
    const suffix = `/info/refs?service=${service}`;
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const answer = await this.#send(
        { method: "GET", path: suffix, accept: `application/x-${service}-advertisement` },
        maxAdvertisementBytes,
        signal,
      );
      if (answer.redirect === undefined) return answer.body;
      this.#base = this.#redirected(answer.redirect, suffix);
    }
    throw new ForgeError("GitProtocol", `${this.where} redirects more than ${maxRedirects} times`);
  }

  async call(
    service: Service,
    body: Buffer,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Buffer> {
    const answer = await this.#send(
      { method: "POST", path: `/${service}`, accept: `application/x-${service}-result`, body },
      maxBytes,
      signal,
    );
    if (answer.redirect === undefined) return answer.body;
    throw new ForgeError("GitProtocol", `${this.where} redirects a ${service} request`);
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async #send(
    outgoing: { method: "GET" | "POST"; path: string; accept: string; body?: Buffer },
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<{ body: Buffer; redirect?: string }> {
    signal.throwIfAborted();
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(this.#timeouts.totalMs)]);
    try {
      const { answerMs } = this.#timeouts;
      const response = await this.#connections.request({
        url: new URL(this.#base.href + outgoing.path),
        method: outgoing.method,
        headers: this.#headers(outgoing),
        body: outgoing.body ?? null,
        signal: bounded,
        headersTimeout: answerMs,
        bodyTimeout: answerMs,
      });
      const { statusCode: status, headers } = response;
      if (status >= 300) await response.body.dump({ limit: 64 * 1024, signal: bounded });
      if (status >= 300 && status < 400)
        return { body: empty, redirect: String(headers["location"]) };
      refuseStatus(status, headers, this.where);
      this.#checkContentType(headers["content-type"], outgoing.accept);
      return { body: await readBounded(response.body, maxBytes, this.where) };
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(error, this.where);
    }
  }

  #headers(outgoing: { method: string; path: string; accept: string }): Record<string, string> {
    const isUpload = outgoing.path.includes("git-upload-pack");
    return {
      accept: outgoing.accept,
      "user-agent": this.userAgent,
      ...(isUpload ? { "git-protocol": "version=2" } : {}),
      ...(outgoing.method === "POST"
        ? { "content-type": outgoing.accept.replace(/-result$/, "-request") }
        : {}),
      ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
    };
  }

  #checkContentType(actual: string | string[] | undefined, expected: string): void {
    if (String(actual).split(";")[0]?.trim() === expected) return;
    throw new ForgeError(
      "GitProtocol",
      `${this.where} answers with content type "${foreignText(String(actual), 100)}"`,
      {
        hint: "Check that the url is that of a git repository on a smart HTTP server.",
      },
    );
  }

  /** Another origin must never see the credentials, nor stand in for this one. */
  #redirected(location: string, suffix: string): URL {
    const target = URL.parse(location, this.#base.href + suffix);
    if (target === null || target.origin !== this.#base.origin || !target.href.endsWith(suffix)) {
      throw new ForgeError(
        "GitProtocol",
        `${this.where} redirects to ${target?.host ?? "nowhere"}`,
        {
          retry: "never",
          hint: "Use the repository's own url, to which the server redirects.",
        },
      );
    }
    return new URL(target.href.slice(0, -suffix.length));
  }
}

const empty = Buffer.alloc(0);

function connectionsOf({ ca, network, proxy }: RemoteOptions, connectMs: number): Connections {
  const connect = ca === undefined ? {} : { ca: [...rootCertificates, ca] };
  if (proxy === undefined) return network.open({ connect, connectMs });
  const { url, credentials } = proxy;
  const token = credentials && basic(credentials.username, credentials.password);
  return network.open({
    connect,
    connectMs,
    // Its address comes from a Secret, which is a tenant's like the repository's url.
    proxy: { url: checkedProxyUrl(url), isOwn: false, ...(token !== undefined && { token }) },
  });
}

/** Hosts take a token as the password of a user whose name they ignore. */
function authorizationOf(credentials: RemoteOptions["credentials"]): string | undefined {
  if (credentials === undefined) return undefined;
  if ("bearerToken" in credentials) return `Bearer ${credentials.bearerToken}`;
  if ("token" in credentials) return basic("x-access-token", credentials.token);
  return basic(credentials.username, credentials.password);
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

async function readBounded(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
  where: string,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new ForgeError("SourceTooLarge", `${where} answers with more than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
