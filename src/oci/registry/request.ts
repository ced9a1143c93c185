/**
 * One HTTP exchange with a registry or what it points at: timeouts, redirects, bounded bodies.
 *
 * A redirect drops Authorization as soon as the origin changes (blob storage signs its own URLs),
 * and never goes from https to http. Nothing is retried here.
 */
import { type Dispatcher, errors } from "undici";
import { ForgeError, foreignText } from "../../api/index.ts";
import {
  type Connections,
  HostUnreachable,
  type Reach,
  RefusedAddress,
  unreachableHint,
} from "../../network/index.ts";
import { isAllowedNext } from "./origin.ts";
import { TransientFailure } from "./transient-failure.ts";

export interface Outgoing {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Addresses that it may connect to; by default those that the network allows. */
  readonly reach?: Reach;
  /** Redirects to another origin are refused: for what carries a secret in its body. */
  readonly staysAtOrigin?: boolean;
}

export interface Answer {
  readonly status: number;
  /** Of the last redirect. */
  readonly url: URL;
  /** A header's value, several joined by ", "; name in lower case. */
  header(name: string): string | undefined;
  /** Throws ImageInvalid beyond the limit. A body is read, or discarded, exactly once. */
  chunks(limit: number): AsyncIterable<Uint8Array>;
  bytes(limit: number): Promise<Uint8Array>;
  text(limit: number): Promise<string>;
  discard(): Promise<void>;
}

export interface Timeouts {
  /** To the first byte of the answer, and between two pieces of its body. */
  readonly silenceMs: number;
  /** One exchange, redirects and body included. */
  readonly exchangeMs: number;
}

export interface Pools {
  connectionsTo(url: URL, reach: Reach): Pick<Connections, "request">;
}

const maxRedirects = 5;

export async function send(
  pools: Pools,
  outgoing: Outgoing,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<Answer> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeouts.exchangeMs)]);
  let { url, headers } = outgoing;
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const answer = await exchange(
      pools,
      { ...outgoing, url, headers: headers ?? {} },
      timeouts,
      bounded,
    );
    const location = answer.header("location");
    if (location === undefined || !isRedirect(outgoing.method, answer.status)) return answer;
    await answer.discard();
    const next = resolveLocation(location, url);
    if (next.origin !== url.origin) {
      if (outgoing.staysAtOrigin) {
        throw new ForgeError("RegistryRefused", `${url.host} sends a secret on to ${next.host}`);
      }
      headers = withoutCredentials(headers ?? {});
    }
    url = next;
  }
  throw new ForgeError("RegistryRefused", `${outgoing.url.host} redirects in circles`);
}

/** 307 and 308 repeat any request as it is; the others are followed for what only reads. */
function isRedirect(method: Outgoing["method"], status: number): boolean {
  if (status === 307 || status === 308) return true;
  return (method === "GET" || method === "HEAD") && [301, 302, 303].includes(status);
}

/** A Location header against the address it came from. Throws RegistryRefused. */
export function resolveLocation(location: string, from: URL): URL {
  const next = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (next === undefined || !isAllowedNext(from, next)) {
    throw new ForgeError("RegistryRefused", `${from.host} sends us to an address that is not safe`);
  }
  return next;
}

async function exchange(
  pools: Pools,
  { method, url, headers, body, reach = "allowed" }: Outgoing,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<Answer> {
  const response = await pools
    .connectionsTo(url, reach)
    .request({
      url,
      method,
      headers: { "user-agent": "forge", ...headers },
      body: body ?? null,
      signal,
      headersTimeout: timeouts.silenceMs,
      bodyTimeout: timeouts.silenceMs,
    })
    .catch((error: unknown) => {
      throw networkError(error, url);
    });
  return answerOf(response, url);
}

function answerOf(response: Dispatcher.ResponseData, url: URL): Answer {
  const answer: Answer = {
    status: response.statusCode,
    url,
    header(name) {
      const value = response.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    async *chunks(limit) {
      let size = 0;
      try {
        for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
          size += chunk.byteLength;
          if (size > limit) {
            throw new ForgeError("ImageInvalid", `${url.host} sent more than ${limit} bytes`);
          }
          yield chunk;
        }
      } catch (error) {
        throw error instanceof ForgeError ? error : networkError(error, url);
      }
    },
    async bytes(limit) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of answer.chunks(limit)) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    async text(limit) {
      return Buffer.from(await answer.bytes(limit)).toString("utf8");
    },
    async discard() {
      await response.body.dump({ limit: 64 * 1024 }).catch(() => undefined);
    },
  };
  return answer;
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { authorization: _dropped, ...rest } = headers;
  return rest;
}

const passingCodes = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
]);

/** The caller's own abort stays what it is; the rest names the host. */
function networkError(error: unknown, url: URL): unknown {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return new ForgeError("Timeout", `${url.host} took too long`, { cause: error });
  }
  if (!(error instanceof Error) || error.name === "AbortError") return error;
  if (error instanceof ForgeError) return error;
  if (error instanceof RefusedAddress) {
    return new ForgeError("RegistryRefused", `${error.message}, where no registry sends us`);
  }
  if (error instanceof HostUnreachable) {
    const hint = unreachableHint;
    return new ForgeError("RegistryUnreachable", error.message, { hint });
  }
  const code = String((error as { code?: unknown }).code ?? error.name);
  const failure = new ForgeError(
    "RegistryUnreachable",
    `${url.host}: ${foreignText(error.message || code)}`,
    {
      cause: error,
    },
  );
  const passes = passingCodes.has(code) || error instanceof errors.HTTPParserError;
  return passes ? new TransientFailure(failure) : failure;
}
