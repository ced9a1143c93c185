import { forgeEvents } from "../../requests/index.ts";
import { toldList, toldQuery } from "../../rest/index.ts";
import { defineRoute, type Route } from "../http/route.ts";

/** The newest; the API server keeps them for an hour, and a storm of them helps nobody. */
const maximumTold = 500;

export const kubernetesEventRoutes: readonly Route[] = [
  defineRoute({
    operation: "listKubernetesEvents",
    method: "GET",
    path: "/v1/objects/events",
    summary: "What was told of forge's objects of late",
    description: `Kubernetes events, read live with your own token; the newest ${maximumTold}.`,
    needs: { reads: "events" },
    query: toldQuery,
    answers: { 200: { description: "Events, the newest first.", schema: toldList } },
    handle: async ({ caller, query: { namespace }, signal }) => {
      const found = await forgeEvents(caller.client, namespace, signal);
      const timeOf = ({ eventTime, metadata }: (typeof found)[number]) =>
        eventTime ?? metadata.creationTimestamp ?? "";
      const items = found
        .toSorted((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1))
        .slice(0, maximumTold)
        .map((event) => {
          const { apiVersion, kind, metadata, eventTime, type, reason, action, note, regarding } =
            event;
          const { name, creationTimestamp } = metadata;
          const shown = { apiVersion, kind, metadata: { name, creationTimestamp } };
          return { ...shown, eventTime, type, reason, action, note, regarding };
        });
      return { status: 200, body: { kind: "List", items } };
    },
  }),
];
