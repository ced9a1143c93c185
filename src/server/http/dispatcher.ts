import { randomUUID } from "node:crypto";
import { KubeError, withDeadline } from "../../../controller/kube/index.ts";
import { ForgeError, projectPath } from "../../api/index.ts";
import { ConcurrencyLimit } from "../../concurrency/index.ts";
import { noSpan, type Span } from "../../telemetry/index.ts";
import type { Authenticator } from "../caller/authenticator.ts";
import type { Caller } from "../caller/caller.ts";
import { type Locator, projectNotFound } from "../cluster/locator.ts";
import type { ServerDeps } from "../ports.ts";
import { jsonResponse, problemResponse } from "./answer.ts";
import { Idempotency } from "./idempotency.ts";
import { ProblemError, problemOf } from "./problem.ts";
import { RateLimit } from "./rate-limit.ts";
import { keptIn, placeOf, recorded } from "./recorded.ts";
import { readBody, readQuery } from "./request.ts";
import { requestSpan } from "./request-span.ts";
import type { Answer, Call, JsonAnswer, Located, Route } from "./route.ts";
import { type Candidate, candidatesOf, encodedPath } from "./router.ts";
import { streamResponse } from "./stream-response.ts";

export interface DispatcherDeps
  extends Pick<
    ServerDeps,
    "clock" | "ledger" | "limits" | "log" | "metrics" | "missing" | "tracer"
  > {
  readonly routes: readonly Route[];
  readonly authenticator: Authenticator;
  readonly locator: Locator;
}

/** What is known of a request besides itself. */
export interface Origin {
  readonly requestId: string;
  /** Of the connection: who sends many refused tokens is told to slow down. */
  readonly address: string;
}

type TracedOrigin = Origin & { readonly span: Span };

/** From a request to its answer: who asks, for what, and whether it may be asked at all now. */
export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #atOnce: ConcurrencyLimit;
  readonly #callers: RateLimit;
  readonly #refusals: RateLimit;
  readonly #idempotency: Idempotency;

  constructor(deps: DispatcherDeps) {
    const { limits, clock } = deps;
    this.#deps = deps;
    this.#callers = new RateLimit(limits.rate, clock);
    this.#refusals = new RateLimit(limits.refusals, clock);
    this.#idempotency = new Idempotency(clock);
    this.#atOnce = new ConcurrencyLimit(limits.concurrency, {
      mayWait: limits.concurrency,
      refusal: ({ running }) => new ForgeError("ServerBusy", `${running} requests are under way`),
    });
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
    return withDeadline(deadline, (signal) =>
      this.#atOnce.run(() => this.#respond(request, url, candidates, origin, signal), signal),
    );
  }

  async #respond(
    request: Request,
    url: URL,
    candidates: readonly Candidate[],
    { requestId, address, span }: TracedOrigin,
    signal: AbortSignal,
  ): Promise<Response> {
    const caller = await this.#callerOf(request, address);
    this.#callers.take(caller.user);
    const [missing] = this.#deps.missing();
    if (missing !== undefined) throw new ForgeError("ServerNotReady", missing);
    // Of one path, all candidates take the same query.
    const [{ route: first } = raise()] = candidates;
    const query = readQuery(first.query, url.searchParams);
    const { namespace, fields } = query as { namespace?: string; fields?: string };
    const { route, params, located: named } = await this.#locate(caller, candidates, namespace);
    const body = await readBody(route.body, request, this.#deps.limits.bodyBytes);
    const located = named ?? (await this.#locateBody(caller, route, body));
    const now = new Date(this.#deps.clock.now());
    const { headers } = request;
    const call = { caller, params, located, query, body, headers, requestId, span, signal, now };
    const answer = await this.#handle(route, call);
    if ("open" in answer) {
      const { clock } = this.#deps;
      return streamResponse(answer, { request, user: caller.user, clock });
    }
    return jsonResponse(answer, request, fields);
  }

  #callerOf(request: Request, address: string): Promise<Caller> {
    return this.#deps.authenticator.authenticate(request.headers.get("authorization"), {
      beforeAsking: () => this.#refusals.check(address),
      refused: () => this.#refusals.spend(address),
    });
  }

  /** The one candidate whose project the caller may see. */
  async #locate(
    caller: Caller,
    candidates: readonly Candidate[],
    namespace: string | undefined,
  ): Promise<Candidate & { readonly located: Located | undefined }> {
    const found: (Candidate & { readonly located: Located | undefined })[] = [];
    for (const candidate of candidates) {
      const { repository, project } = candidate.params;
      if (repository === undefined || project === undefined) {
        return { ...candidate, located: undefined };
      }
      const reads = candidate.route.needs?.reads ?? "projects";
      const wanted = { repository, project, namespace, reads };
      const located = await this.#deps.locator.find(caller, wanted);
      if (located !== undefined) found.push({ ...candidate, located });
    }
    const [only, another] = found;
    if (only === undefined) {
      const { repository = "", project = "" } = candidates[0]?.params ?? {};
      throw projectNotFound({ repository, project });
    }
    if (another === undefined) return only;
    const meant = found.map(({ params }) =>
      projectPath(params["repository"] ?? "", params["project"] ?? ""),
    );
    throw new ProblemError("AmbiguousPath", `the path may mean ${meant.join(" or ")}`, {
      hint: `Write ${found.map(encodedPath).join(" or ")}.`,
    });
  }

  /** What a body names; a project that nobody knows yet stands in the namespace that is said. */
  async #locateBody(caller: Caller, route: Route, body: object): Promise<Located | undefined> {
    const { repository, project, namespace } = body as Partial<Located>;
    if (repository === undefined || project === undefined) return undefined;
    const reads = route.needs?.reads ?? "projects";
    const wanted = { repository, project, namespace, reads };
    const found = await this.#deps.locator.find(caller, wanted);
    return found ?? (namespace === undefined ? undefined : { repository, project, namespace });
  }

  /** A write is recorded before it is done, and with an Idempotency-Key done once. */
  async #handle(route: Route, call: Call): Promise<Answer> {
    const handle = () => route.handle(call as Call<never, never>);
    if (route.method === "GET" || (call.body as { dryRun?: boolean }).dryRun === true) {
      return handle();
    }
    const { ledger, log } = this.#deps;
    const { caller, requestId, headers } = call;
    const { user, impersonatedBy } = caller;
    const told = { requestId, operation: route.operation, user, impersonatedBy, ...placeOf(call) };
    log.info(told, "write asked for");
    const work = (id: string, fingerprint?: string) => {
      const action = {
        id,
        operation: route.operation,
        user,
        requestId,
        ...{ fingerprint, impersonatedBy },
        ...placeOf(call),
      };
      return recorded(ledger, action, handle as () => Promise<JsonAnswer>);
    };
    const header = headers.get("idempotency-key");
    // An id that a caller gives to two requests hides neither.
    if (header === null) return work(randomUUID());
    const body = { ...call.body, path: call.params };
    const keyed = { user, operation: route.operation, header, body };
    return this.#idempotency.once(keyed, keptIn(ledger), work);
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
