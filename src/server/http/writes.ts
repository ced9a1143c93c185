import { randomUUID } from "node:crypto";
import type { ServerDeps } from "../ports.ts";
import { type Done, Idempotency, keptIn } from "./idempotency.ts";
import { type Action, placeOf, recorded } from "./recorded.ts";
import type { Answer, Call, JsonAnswer, Route } from "./route.ts";

export type WritesDeps = Pick<ServerDeps, "clock" | "ledger" | "log">;

/** A write is recorded before it is done, and with an Idempotency-Key done once. */
export class Writes {
  readonly #deps: WritesDeps;
  readonly #idempotency: Idempotency;

  constructor(deps: WritesDeps) {
    this.#deps = deps;
    this.#idempotency = new Idempotency(deps.clock);
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
    return recorded(ledger, action, () => this.#once(route, call, handle as never));
  }

  /** A request that repeats an earlier one is recorded too: it was asked, and it was answered. */
  async #once(
    { operation }: Route,
    { caller: { user }, headers, body, params }: Call,
    handle: () => Promise<JsonAnswer>,
  ): Promise<Done> {
    const header = headers.get("idempotency-key");
    if (header === null) return { answer: await handle() };
    const keyed = { user, operation, header, body: { ...body, path: params } };
    return this.#idempotency.once(keyed, keptIn(this.#deps.ledger), handle);
  }
}
