import { matrixQuery, matrix as matrixSchema } from "../../rest/index.ts";
import { JsonText } from "../http/json-text.ts";
import { defineRoute, type Route } from "../http/route.ts";
import { RememberedAnswers } from "../matrix/remembered.ts";
import { matrixOf } from "../matrix/rows.ts";
import type { RouteDeps } from "./context.ts";

const parts = ["environments", "projects", "releases", "releasedeployments"] as const;
const needs = { reads: "releasepointers", parts };

export function matrixRoutes({ caches, changes, locator }: RouteDeps): readonly Route[] {
  const answers = new RememberedAnswers<JsonText>(changes);
  const matrix = defineRoute({
    operation: "getMatrix",
    method: "GET",
    path: "/v1/matrix",
    summary: "Projects by environments: what runs where, since when, on whose word",
    needs,
    query: matrixQuery,
    answers: { 200: { description: "A page of projects.", schema: matrixSchema } },
    handle: async (call) => {
      const namespaces = await locator.readable(call.caller, needs.reads, call.query.namespace);
      const { fields: _, namespace: __, ...question } = call.query;
      const readable = (plural: string) =>
        locator.readableOf(call.caller, plural, [...namespaces].toSorted());
      const seen = await Promise.all(parts.map(readable));
      const asked = JSON.stringify([question, [...namespaces].toSorted(), seen]);
      const [environments, projects, releases, records] = seen.map((names) => new Set(names));
      const sees = { environments, projects, releases, records };
      const make = () => new JsonText(matrixOf(caches, { ...question, namespaces, sees }));
      return { status: 200, body: answers.get(asked, make) };
    },
  });
  return [matrix];
}
