import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { type AnswerReader, JsonAnswer, readAnswer, TextAnswer, unreachable } from "./answer.ts";
import { Backoff } from "./backoff.ts";
import { sleep } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { type DeadlineOptions, withDeadline } from "./deadline.ts";
import { errorFromStatus, KubeError, type Status } from "./errors.ts";
import type { Clock, Random } from "./ports.ts";

export interface Exchange {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  /** What errors call this request, such as `get pods default/web`. */
  readonly subject: string;
  readonly body?: unknown;
  readonly contentType?: string | undefined;
  readonly timeoutMs: number;
  readonly maximumBytes: number;
  /** Reads the answer as it comes; anew for each attempt. Without one it is read whole, as JSON. */
  readonly reader?: () => AnswerReader;
  readonly signal?: AbortSignal | undefined;
  /** Of what may be tried again; 3 when absent. */
  readonly attempts?: number;
}

export interface TransportDeps {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: Random;
  readonly beforeWrite?: (() => void) | undefined;
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
}

const defaultAttempts = 3;
/** A longer Retry-After is the caller's to wait for. */
const longestWaitMs = 10_000;
const errorBodyBytes = 64 * 1_024;

/**
 * Sends a request and reads its JSON answer, whole and bounded. Reads are tried again after any
 * passing failure; writes only where the server said that it did nothing and when to come back
 * (429 or 503 with Retry-After), since a write whose answer was lost may have happened.
 */
export async function exchange<T>(deps: TransportDeps, request: Exchange): Promise<T> {
  const { attempts = defaultAttempts } = request;
  const backoff = new Backoff({ baseMs: 100, capMs: 2_000 }, deps.random);
  for (let attempt = 1; ; attempt++) {
    try {
      return (await exchangeOnce(deps, request)) as T;
    } catch (thrown) {
      const delayMs = retryDelay(thrown, request.method, backoff);
      if (delayMs === undefined || attempt === attempts) throw thrown;
      await sleep(deps.clock, delayMs, request.signal);
      request.signal?.throwIfAborted();
    }
  }
}

function retryDelay(
  thrown: unknown,
  method: Dispatcher.HttpMethod,
  backoff: Backoff,
): number | undefined {
  if (!(thrown instanceof KubeError)) return undefined;
  if (typeof thrown.retry === "object") {
    const { afterMs } = thrown.retry;
    return afterMs > longestWaitMs ? undefined : afterMs + backoff.next();
  }
  const passing = thrown.reason === "Unreachable" || thrown.status === 429 || thrown.status >= 500;
  return method === "GET" && passing ? backoff.next() : undefined;
}

async function exchangeOnce(deps: TransportDeps, request: Exchange): Promise<unknown> {
  return withDeadline(deadlineOf(deps, request), async (signal) => {
    const beforeSend = request.method === "GET" ? undefined : deps.beforeWrite;
    const opening = { ...request, signal, long: false, idleMs: request.timeoutMs, beforeSend };
    const response = await open(deps, opening);
    const host = deps.connection.server.host;
    const reader = request.reader?.() ?? new JsonAnswer();
    return readAnswer(response.body, { ...opening, host }, reader);
  });
}

type Opening = Omit<Exchange, "maximumBytes" | "timeoutMs" | "reader"> & {
  readonly signal: AbortSignal;
  readonly long: boolean;
  readonly idleMs: number;
  readonly beforeSend?: (() => void) | undefined;
};

/** Opens a watch: resolves with its body once the server has accepted it. */
export async function openStream(
  deps: TransportDeps,
  request: Omit<Opening, "long">,
): Promise<Dispatcher.ResponseData["body"]> {
  const response = await open(deps, { ...request, long: true });
  return response.body;
}

async function open(
  { connection, headers }: TransportDeps,
  request: Opening,
): Promise<Dispatcher.ResponseData> {
  const { method, path, body, contentType = "application/json", signal } = request;
  const { host } = connection.server;
  let response: Dispatcher.ResponseData;
  try {
    response = await connection.send({
      method,
      path,
      headers: { ...headers, ...(body !== undefined && { "content-type": contentType }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      long: request.long,
      idleMs: request.idleMs,
      beforeSend: request.beforeSend,
    });
  } catch (thrown) {
    throw unreachable(thrown, { ...request, host });
  }
  if (response.statusCode >= 200 && response.statusCode < 300) return response;
  const limits = { ...request, host, maximumBytes: errorBodyBytes };
  const text = await readAnswer(response.body, limits, new TextAnswer());
  throw errorFromStatus(statusOf(text), request.subject, {
    status: response.statusCode,
    retryAfter: header(response.headers, "retry-after"),
  });
}

/** For withDeadline: a request that takes longer is a KubeError RequestTimeout. */
export function deadlineOf(
  deps: TransportDeps,
  request: Pick<Exchange, "subject" | "timeoutMs" | "signal">,
): DeadlineOptions {
  const { timeoutMs, signal, subject } = request;
  const timeoutReason = () =>
    new KubeError("RequestTimeout", `${subject}: no answer within ${timeoutMs} ms`);
  return { clock: deps.clock, timeoutMs, signal, timeoutReason };
}

// A proxy between may answer with HTML: then only the HTTP status is known.
function statusOf(text: string): Partial<Status> {
  try {
    const body: unknown = JSON.parse(text);
    const isStatus = typeof body === "object" && body !== null && "kind" in body;
    return isStatus && body.kind === "Status" ? (body as Status) : {};
  } catch {
    return {};
  }
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
