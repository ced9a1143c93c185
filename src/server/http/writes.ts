import { randomUUID } from "node:crypto";
import { KubeError } from "../../../controller/kube/index.ts";
import { ForgeError } from "../../api/index.ts";
import type { Access } from "../caller/access.ts";
import type { ServerDeps } from "../ports.ts";
import { Idempotency, keptIn } from "./idempotency.ts";
import { checkRead } from "./locate.ts";
import { statusOf } from "./problem.ts";
import { RateLimit } from "./rate-limit.ts";
import { type Action, type Done, placeOf, reasonOf, recorded } from "./recorded.ts";
import { Refusals } from "./refusals.ts";
import type { Answer, Call, JsonAnswer, Route } from "./route.ts";

export interface WritesDeps extends Pick<ServerDeps, "clock" | "ledger" | "log"> {
  readonly access: Pick<Access, "readable">;
  readonly stopping: AbortSignal;
}

/** Refused writes of one caller and one route in one namespace that have entries of their own. */
const recordedRefusals = { perSecond: 1, burst: 60 };

/**
 * A write is recorded before it is done, and with an Idempotency-Key done once. Nothing is recorded
 * under a namespace that the caller may not see.
 */
export class Writes {
  readonly #deps: WritesDeps;
  readonly #idempotency: Idempotency;
  readonly #refusals: Refusals;
  readonly #budget: RateLimit;

  constructor(deps: WritesDeps) {
    this.#deps = deps;
    this.#idempotency = new Idempotency(deps.clock);
    this.#refusals = new Refusals(deps);
    this.#budget = new RateLimit(recordedRefusals, deps.clock);
  }

  /** The answer of the route; reads and dry runs are handed on. */
  async handle(route: Route, call: Call): Promise<Answer> {
    const handle = () => route.handle(call as Call<never, never>);
    if (route.method === "GET" || (call.body as { dryRun?: boolean }).dryRun === true) {
      return handle();
    }
    const { ledger, log } = this.#deps;
    const { requestId } = call;
    const { user, impersonatedBy } = call.caller;
    const { operation } = route;
    const action: Action = {
      ...{ id: randomUUID(), operation, user, impersonatedBy, requestId },
      ...placeOf(call),
    };
    log.info(action, "write asked for");
    const { namespace } = action;
    const party = [user, operation, namespace].join(" ");
    try {
      if (namespace !== "" && route.needs !== undefined) {
        await checkRead(this.#deps.access, call.caller, route.needs.reads, namespace);
      }
      this.#budget.check(party);
    } catch (error) {
      const isUnseen = isCode(error, "AccessDenied");
      const reason = reasonOf(error);
      const refusal = { operation, user, impersonatedBy, reason, asked: namespace };
      if (isUnseen || isCode(error, "RateLimited")) {
        await this.#refusals.count({ ...refusal, namespace: isUnseen ? "" : namespace });
      }
      throw error;
    }
    try {
      return await recorded(ledger, action, () => this.#once(route, call, handle as never));
    } catch (error) {
      if (isRefusal(error)) this.#budget.spend(party);
      throw error;
    }
  }

  /** A request that repeats an earlier one is recorded too: it was asked, and it was answered. */
  async #once({ operation }: Route, call: Call, handle: () => Promise<JsonAnswer>): Promise<Done> {
    const header = call.headers.get("idempotency-key");
    if (header === null) return { answer: await handle() };
    const keyed = { user: call.caller.user, operation, header, content: contentOf(call) };
    return this.#idempotency.once(keyed, keptIn(this.#deps.ledger), handle);
  }
}

/**
 * Everything that a handler reads of a request, so that a key stands for one request only. The
 * located namespace is part of it: the same project may be found elsewhere later.
 */
function contentOf({ params, located, query, body, headers }: Call): object {
  const parameters = Object.entries(query).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { params, located, query: parameters, body, ifMatch: headers.get("if-match") };
}

function isCode(error: unknown, code: ForgeError["code"]): boolean {
  return error instanceof ForgeError && error.code === code;
}

/** The caller's fault, and not the server's. */
function isRefusal(error: unknown): boolean {
  const status = error instanceof KubeError ? error.status : statusOf(error);
  return status >= 400 && status < 500;
}
