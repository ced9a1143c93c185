import { kinds } from "../../api/index.ts";
import { changeEvent, eventQuery } from "../../rest/index.ts";
import { eventTexts } from "../events/event-stream.ts";
import { type Call, defineRoute, type Route } from "../http/route.ts";
import type { RouteDeps } from "./context.ts";

const plurals = new Map(kinds.map(({ kind, plural }) => [kind as string, plural]));

const mediaType = "text/event-stream; charset=utf-8";

export function eventRoutes(deps: RouteDeps): readonly Route[] {
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
    streams: mediaType,
    handle: async (call) => listen(deps, call),
  });
  return [events];
}

/** What a listener hears, until it goes, the server stops, or its token is no longer known. */
function listen(
  { changes: feed, clock, access, knowsStill, slots }: RouteDeps,
  call: Call<{ readonly namespace?: string | undefined; readonly since?: string | undefined }>,
) {
  const { caller, query, headers } = call;
  const options = {
    ...{ feed, clock },
    since: query.since ?? headers.get("last-event-id") ?? undefined,
    mayRead: async (kind: string, namespace: string) => {
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
  };
  const open = (signal: AbortSignal) => eventTexts({ ...options, signal });
  return { mediaType, slots: slots.events, open };
}
