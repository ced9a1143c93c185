import { randomUUID } from "node:crypto";
import type { ServerDeps } from "../ports.ts";
import { Idempotency } from "./idempotency.ts";
import { keptIn, placeOf, recorded } from "./recorded.ts";
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
