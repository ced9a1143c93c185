import { KubeError, withDeadline } from "../../../controller/kube/index.ts";
import { ForgeError } from "../../api/index.ts";
import { FairLimit } from "../../concurrency/index.ts";
import { noSpan, type Span } from "../../telemetry/index.ts";
import type { Access } from "../caller/access.ts";
import type { Authenticator } from "../caller/authenticator.ts";
import type { Caller } from "../caller/caller.ts";
import type { Locator } from "../cluster/locator.ts";
import type { ServerDeps } from "../ports.ts";
import { jsonResponse, problemResponse } from "./answer.ts";
import { checkReads, locateBody, locateCandidate } from "./locate.ts";
import { problemOf } from "./problem.ts";
import { RateLimit } from "./rate-limit.ts";
import { readBody, readQuery, readText } from "./request.ts";
import { requestSpan } from "./request-span.ts";
import type { Route } from "./route.ts";
import { type Candidate, candidatesOf } from "./router.ts";
import { Slots } from "./slots.ts";
import { streamResponse } from "./stream-response.ts";
import { Writes } from "./writes.ts";

export interface DispatcherDeps
  extends Pick<
    ServerDeps,
    "clock" | "ledger" | "limits" | "log" | "metrics" | "missing" | "tracer"
  > {
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
  readonly routes: readonly Route[];
  readonly access: Access;
  readonly authenticator: Authenticator;
  readonly locator: Locator;
}

/** What is known of a request besides itself. */
export interface Origin {
  readonly requestId: string;
  /** Address of the client: one that sends many refused tokens has to slow down. */
  readonly address: string;
}

type TracedOrigin = Origin & { readonly span: Span };

/** A request that is here as a whole, of somebody known. */
interface Arrived {
  readonly request: Request;
  readonly url: URL;
  readonly candidates: readonly Candidate[];
  readonly caller: Caller;
  /** Text of its body. */
  readonly text: string;
}

/** From a request to its answer: who asks, for what, and whether it may be asked at all now. */
export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #work: FairLimit;
  readonly #callers: RateLimit;
  readonly #refusals: RateLimit;
  readonly #writes: Writes;
  readonly #bodies: Slots;

  constructor(deps: DispatcherDeps) {
    const { limits, clock, metrics } = deps;
    this.#deps = deps;
    this.#callers = new RateLimit(limits.rate, clock);
    this.#refusals = new RateLimit(limits.refusals, clock);
    this.#writes = new Writes(deps);
    const { concurrency, concurrencyPerCaller } = limits;
    const share = Math.min(concurrency, concurrencyPerCaller);
    const slots = { total: concurrency, perCaller: share, stopping: deps.stopping };
    this.#bodies = new Slots({ ...slots, of: "bodies of requests" });
    this.#work = new FairLimit({
      ...{ atOnce: concurrency, perParty: share, mayWait: concurrency },
      mayWaitPerParty: Math.ceil(concurrency / 2),
      refusal: (of) =>
        of === "all"
          ? new ForgeError("ServerBusy", `${this.#work.running} requests are in progress`)
          : new ForgeError("RateLimited", `too many requests of yours wait already`, {
              retry: { afterMs: 1_000 },
            }),
    });
    metrics.slots("bodies", () => this.#bodies.inUse);
    metrics.slots("requests", () => this.#work.running);
  }

  /** Never rejects: what went wrong is a problem. */
  async answer(request: Request, origin: Origin): Promise<Response> {
    const { clock, log, metrics } = this.#deps;
    const { requestId } = origin;
    const startedAt = clock.monotonic();
    let span = noSpan;
    let route: Route | undefined;
    let response: Response;
    let failure: unknown;
    try {
      const url = new URL(request.url);
      const candidates = this.#candidates(request.method, url.pathname);
      route = candidates[0]?.route;
      span = requestSpan(this.#deps.tracer, request, requestId, route);
      response = await this.#limited(request, url, candidates, { ...origin, span });
    } catch (thrown) {
      const problem = problemOf(thrown, requestId);
      if (problem.status >= 500) {
        const operation = route?.operation ?? "none";
        log.warn({ error: thrown, requestId, operation }, "request failed");
      }
      response = problemResponse(problem, headersOf(thrown, problem.status));
      failure = problem.status >= 500 ? thrown : undefined;
    }
    const { status } = response;
    span.set({ "http.response.status_code": status });
    span.end(failure);
    metrics.answered(route, status, (clock.monotonic() - startedAt) / 1_000);
    return response;
  }

  #candidates(method: string, pathname: string): readonly Candidate[] {
    const found = candidatesOf(this.#deps.routes, pathname);
    if (found.length === 0) throw new ForgeError("RouteNotFound", `there is no route ${pathname}`);
    const wanted = method === "HEAD" ? "GET" : method;
    const fitting = found.filter(({ route }) => route.method === wanted);
    if (fitting.length > 0) return fitting;
    throw new MethodRefused([...new Set(found.map(({ route }) => route.method))]);
  }

  async #limited(
    request: Request,
    url: URL,
    candidates: readonly Candidate[],
    origin: TracedOrigin,
  ): Promise<Response> {
    const { clock, limits } = this.#deps;
    const timeoutReason = () =>
      new ForgeError("Timeout", `no answer within ${limits.timeoutMs} ms`);
    const deadline = { clock, timeoutMs: limits.timeoutMs, timeoutReason, signal: request.signal };
    return withDeadline(deadline, async (signal) => {
      // A slot is taken by somebody known, whose request is here: slow senders hold none.
      const caller = await this.#callerOf(request, origin.address);
      this.#callers.take(caller.user);
      const text = await this.#bodyOf(request, candidates, caller, signal);
      const respond = () =>
        this.#respond({ request, url, candidates, caller, text }, origin, signal);
      return this.#work.run(caller.user, respond, signal);
    });
  }

  /** Bodies in transit have slots of their own. */
  async #bodyOf(
    request: Request,
    candidates: readonly Candidate[],
    { user }: Caller,
    signal: AbortSignal,
  ): Promise<string> {
    if (candidates.every(({ route }) => route.body === undefined)) return "";
    const slot = this.#bodies.take(user);
    try {
      return await readText(request, this.#deps.limits.bodyBytes, signal);
    } finally {
      slot.giveBack();
    }
  }

  async #respond(
    { request, url, candidates, caller, text }: Arrived,
    { requestId, span }: TracedOrigin,
    signal: AbortSignal,
  ): Promise<Response> {
    const [missing] = this.#deps.missing();
    if (missing !== undefined) throw new ForgeError("ServerNotReady", missing);
    const { locator } = this.#deps;
    // Of one path, all candidates take the same query.
    const [{ route: first } = raise()] = candidates;
    const query = readQuery(first.query, url.searchParams);
    const { namespace, fields } = query as { namespace?: string; fields?: string };
    const {
      route,
      params,
      located: named,
    } = await locateCandidate(...([locator, caller, candidates, namespace] as const));
    const body = readBody(route.body, text);
    const located = named ?? (await locateBody(locator, caller, route, body));
    if (located !== undefined) await checkReads(this.#deps.access, caller, route, located);
    const now = new Date(this.#deps.clock.now());
    const { headers } = request;
    const call = { caller, params, located, query, body, headers, requestId, span, signal, now };
    const answer = await this.#writes.handle(route, call);
    if ("open" in answer) {
      const { clock } = this.#deps;
      return streamResponse(answer, { request, user: caller.user, clock });
    }
    return jsonResponse(answer, request, fields);
  }

  #callerOf(request: Request, address: string): Promise<Caller> {
    return this.#deps.authenticator.authenticate(request.headers.get("authorization"), {
      address,
      beforeAsking: (shape) => this.#refusals.check(`${address} ${shape}`),
      refused: (shape) => this.#refusals.spend(`${address} ${shape}`),
    });
  }
}

class MethodRefused extends ForgeError {
  readonly allowed: readonly string[];

  constructor(allowed: readonly string[]) {
    super("MethodNotAllowed", `the route takes ${allowed.join(", ")}`);
    this.allowed = allowed;
  }
}

function headersOf(thrown: unknown, status: number): Record<string, string> {
  const headers: Record<string, string> = {};
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="forge"';
  if (thrown instanceof MethodRefused) headers["allow"] = thrown.allowed.join(", ");
  const retry =
    thrown instanceof ForgeError || thrown instanceof KubeError ? thrown.retry : "never";
  if (typeof retry === "object" && (status === 429 || status >= 500)) {
    headers["retry-after"] = String(Math.max(1, Math.ceil(retry.afterMs / 1_000)));
  }
  return headers;
}

function raise(): never {
  throw new TypeError("no candidate");
}
