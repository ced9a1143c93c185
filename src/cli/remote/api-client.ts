/** HTTP to forge-server: JSON, its problems as errors, and its event stream. */
import { Agent, type Dispatcher, request } from "undici";
import { z } from "zod";
import { KubeError } from "../../../controller/kube/index.ts";
import {
  type ErrorCode,
  errorKinds,
  ForgeError,
  messageOf,
  type RequestOrigin,
} from "../../api/index.ts";
import { problem, problemMediaType } from "../../rest/index.ts";

const maximumAnswerBytes = 64 * 1024 * 1024;
const maximumLineLength = 1024 * 1024;
const connectMs = 10_000;
/** Longer than the server takes for any request. */
const answerMs = 60_000;
/** The server's heartbeat comes every 15 seconds. */
const silenceMs = 45_000;

export interface ApiClientOptions {
  readonly url: string;
  readonly token: string;
  readonly ca: string | undefined;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  readonly origin: RequestOrigin;
}

export interface ApiRequest {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
}

export interface ApiAnswer {
  readonly body: unknown;
  /** The server's clock; to the second. */
  readonly date: Date | undefined;
}

export class ApiClient {
  readonly url: string;
  readonly #agent: Agent;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #signal: AbortSignal;

  constructor({ url, token, ca, userAgent, signal, origin }: ApiClientOptions) {
    this.url = url;
    this.#signal = signal;
    this.#headers = {
      authorization: `Bearer ${token}`,
      accept: "application/json",
      "user-agent": userAgent,
      "x-request-id": origin.requestId,
      ...(origin.traceparent !== undefined && { traceparent: origin.traceparent }),
    };
    this.#agent = new Agent({
      connect: { timeout: connectMs, ...(ca !== undefined && { ca }) },
      headersTimeout: answerMs,
      bodyTimeout: silenceMs,
    });
  }

  /** @throws KubeError or ForgeError, as the server tells it */
  async send(
    method: "GET" | "POST" | "PUT",
    path: string,
    { query = {}, body }: ApiRequest = {},
  ): Promise<ApiAnswer> {
    const answer = await this.#request(method, path, query, body, this.#signal);
    const text = await this.#text(answer);
    if (answer.statusCode >= 300) throw errorOf(answer, text, this.url);
    const date = new Date(String(answer.headers["date"]));
    return {
      body: parse(text, this.url),
      date: Number.isNaN(date.getTime()) ? undefined : date,
    };
  }

  /** The data of each server-sent event (WHATWG HTML, section 9.2), until the stream ends. */
  async *events(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly type: string; readonly data: string }, void, undefined> {
    const either = AbortSignal.any([signal, this.#signal]);
    const answer = await this.#request("GET", path, query, undefined, either);
    if (answer.statusCode !== 200) throw errorOf(answer, await this.#text(answer), this.url);
    let rest = "";
    answer.body.setEncoding("utf8");
    try {
      for await (const chunk of answer.body) {
        rest += chunk as string;
        if (rest.length > maximumAnswerBytes) throw malformed(this.url);
        const blocks = rest.split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) yield eventOf(block);
      }
    } catch (error) {
      throw either.aborted || error instanceof KubeError ? error : unreachable(this.url, error);
    }
  }

  /** Each whole line of an answer that is read as it comes, without its line feed. */
  async *lines(
    path: string,
    query: ApiRequest["query"] = {},
  ): AsyncGenerator<string, void, undefined> {
    const answer = await this.#request("GET", path, query, undefined, this.#signal);
    if (answer.statusCode !== 200) throw errorOf(answer, await this.#text(answer), this.url);
    let rest = "";
    answer.body.setEncoding("utf8");
    try {
      for await (const chunk of answer.body) {
        const lines = (rest + (chunk as string)).split("\n");
        rest = lines.pop() ?? "";
        if (rest.length > maximumLineLength) throw malformed(this.url);
        yield* lines;
      }
    } catch (error) {
      throw this.#signal.aborted || error instanceof KubeError
        ? error
        : unreachable(this.url, error);
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #request(
    method: "GET" | "POST" | "PUT",
    path: string,
    query: Readonly<Record<string, string | number | undefined>>,
    body: object | undefined,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const url = new URL(`${this.url}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    try {
      return await request(url, {
        method,
        dispatcher: this.#agent,
        headers: { ...this.#headers, ...(body && { "content-type": "application/json" }) },
        ...(body && { body: JSON.stringify(body) }),
        signal,
      });
    } catch (error) {
      throw signal.aborted ? error : unreachable(this.url, error);
    }
  }

  async #text({ body }: Dispatcher.ResponseData): Promise<string> {
    const parts: Buffer[] = [];
    let size = 0;
    try {
      for await (const part of body) {
        size += (part as Buffer).byteLength;
        if (size > maximumAnswerBytes) throw malformed(this.url);
        parts.push(part as Buffer);
      }
    } catch (error) {
      throw this.#signal.aborted || error instanceof KubeError
        ? error
        : unreachable(this.url, error);
    }
    return Buffer.concat(parts).toString("utf8");
  }
}

function eventOf(block: string): { readonly type: string; readonly data: string } {
  const field = (name: string) =>
    block
      .split("\n")
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2))
      .join("\n");
  return { type: field("event"), data: field("data") };
}

const lenient = problem.pick({ reason: true, detail: true, hint: true }).extend({
  requestId: z.string().optional(),
});

function errorOf(
  { statusCode: status, headers }: Dispatcher.ResponseData,
  text: string,
  url: string,
): Error {
  if (!String(headers["content-type"]).startsWith(problemMediaType)) {
    return new KubeError("MalformedAnswer", `${url} answers ${status}: it is no forge-server`, {
      status,
    });
  }
  const { reason, detail, hint, requestId } = lenient.parse(parse(text, url));
  const said = status >= 500 && requestId ? `${detail} (request ${requestId})` : detail;
  if (reason === "Unauthenticated") return new KubeError("Unauthorized", said, { status });
  if (Object.hasOwn(errorKinds, reason)) return new ForgeError(reason as ErrorCode, said, { hint });
  return new KubeError(reason, said, { status });
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(url);
  }
}

function malformed(url: string): KubeError {
  return new KubeError("MalformedAnswer", `${url} answers with something else than JSON`);
}

function unreachable(url: string, cause: unknown): KubeError {
  return new KubeError("Unreachable", `${url} cannot be reached: ${messageOf(cause)}`, { cause });
}
