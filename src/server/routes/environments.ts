import { type Environment, ForgeError } from "../../api/index.ts";
import { environment as environmentSchema, oneQuery, pageOf, pageQuery } from "../../rest/index.ts";
import { ascending, pageFrom } from "../http/paging.ts";
import { ProblemError } from "../http/problem.ts";
import { defineRoute, type Route } from "../http/route.ts";
import type { RouteDeps } from "./context.ts";

const needs = { reads: "environments" };

export function environmentRoutes({ caches, locator }: RouteDeps): readonly Route[] {
  const list = defineRoute({
    operation: "listEnvironments",
    method: "GET",
    path: "/v1/environments",
    summary: "The environments, in their order",
    needs,
    query: pageQuery,
    answers: {
      200: { description: "A page of them.", schema: pageOf("EnvironmentList", environmentSchema) },
    },
    handle: async (call) => {
      const readable = await locator.readable(call.caller, needs.reads, call.query.namespace);
      const found = [...readable]
        .flatMap((namespace) => caches.Environment.byIndex("namespace", namespace))
        .toSorted((a, b) => ascending(keyOf(a), keyOf(b)));
      const page = pageFrom(found, call.query, { key: keyOf, compare: ascending });
      return { status: 200, body: { kind: "List", ...page } };
    },
  });

  const show = defineRoute({
    operation: "getEnvironment",
    method: "GET",
    path: "/v1/environments/{environment}",
    summary: "One environment, with its rules",
    needs,
    query: oneQuery,
    answers: { 200: { description: "The environment.", schema: environmentSchema } },
    handle: async (call) => {
      const name = call.params["environment"] ?? "";
      const { namespace } = call.query;
      // The API server is asked the same, whether there is one, of whomever, or none.
      const allowed = await locator.readable(call.caller, needs.reads, namespace);
      const readable = caches.Environment.byIndex("name", name)
        .map(({ metadata }) => metadata.namespace)
        .filter((one) => allowed.has(one));
      const [only, another] = readable;
      if (only === undefined) {
        const said = `there is no environment ${name} that you may read`;
        const hint = "List those that you may read with GET /v1/environments.";
        throw new ForgeError("EnvironmentNotFound", said, { hint });
      }
      if (another !== undefined) {
        const said = `${name} is an environment of ${readable.join(", ")}`;
        const errors = [{ field: "namespace", message: said }];
        throw new ProblemError("NamespaceRequired", said, { errors });
      }
      const found = caches.Environment.get({ namespace: only, name }) as Environment;
      return { status: 200, body: found, version: found.metadata.resourceVersion };
    },
  });

  return [list, show];
}

function keyOf({ metadata, spec }: Environment): readonly (string | number)[] {
  return [metadata.namespace, spec.order, metadata.name];
}
