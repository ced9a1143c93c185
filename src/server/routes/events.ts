import { ForgeError, kinds } from "../../api/index.ts";
import { changeEvent, eventQuery } from "../../rest/index.ts";
import { eventStream } from "../events/event-stream.ts";
import { type Call, defineRoute, type Route } from "../http/route.ts";
import type { RouteDeps } from "./context.ts";

const plurals = new Map(kinds.map(({ kind, plural }) => [kind as string, plural]));

export function eventRoutes(deps: RouteDeps): readonly Route[] {
  const listeners = new Listeners(deps);
  const events = defineRoute({
    operation: "streamEvents",
    method: "GET",
    path: "/v1/events",
    summary: "Changes as they happen, as server-sent events",
    description:
      "Each event `change` carries what changed; `reset` says that changes were missed, and all is to be read anew. A comment comes every 15 seconds.",
    needs: { reads: "each kind that is told of" },
    query: eventQuery,
    answers: { 200: { description: "A stream that does not end.", schema: changeEvent } },
    problems: [503],
    handle: async (call) => ({ events: listeners.listen(call) }),
  });
  return [events];
}

/** Those who listen; so many at once, and so many of one caller. */
class Listeners {
  readonly #deps: RouteDeps;
  readonly #byUser = new Map<string, number>();
  #count = 0;

  constructor(deps: RouteDeps) {
    this.#deps = deps;
  }

  listen(
    call: Call<{ readonly namespace?: string | undefined; readonly since?: string | undefined }>,
  ) {
    const { changes: feed, clock, access, knowsStill, stopping } = this.#deps;
    const { caller, query, headers } = call;
    this.#enter(caller.user);
    const ended = new AbortController();
    const onEnd = () => {
      if (ended.signal.aborted) return;
      ended.abort();
      stopping.removeEventListener("abort", onStop);
      this.#leave(caller.user);
    };
    const onStop = () => ended.abort();
    stopping.addEventListener("abort", onStop, { once: true });
    return eventStream({
      ...{ feed, clock, onEnd },
      since: query.since ?? headers.get("last-event-id") ?? undefined,
      mayRead: async (kind, namespace) => {
        const resource = plurals.get(kind);
        if (resource === undefined) return false;
        if (query.namespace !== undefined && query.namespace !== namespace) return false;
        const readable = await access.readable(caller, resource, [namespace]);
        return readable.has(namespace);
      },
      isKnown: async () => {
        try {
          await knowsStill(headers.get("authorization"));
          return true;
        } catch {
          return false;
        }
      },
      signal: ended.signal,
    });
  }

  #enter(user: string): void {
    const { streams, streamsPerCaller } = this.#deps.limits;
    const own = this.#byUser.get(user) ?? 0;
    if (own >= streamsPerCaller) {
      throw new ForgeError("RateLimited", `you listen ${own} times already`);
    }
    if (this.#count >= streams) throw new ForgeError("ServerBusy", `${this.#count} listen already`);
    this.#byUser.set(user, own + 1);
    this.#count += 1;
  }

  #leave(user: string): void {
    const own = (this.#byUser.get(user) ?? 1) - 1;
    if (own === 0) this.#byUser.delete(user);
    else this.#byUser.set(user, own);
    this.#count -= 1;
  }
}
