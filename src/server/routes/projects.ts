import type { Project } from "../../api/index.ts";
import { oneQuery, pageOf, pageQuery, project as projectSchema } from "../../rest/index.ts";
import { projectIndex } from "../cluster/informers.ts";
import { projectNotFound } from "../cluster/locator.ts";
import { ascending, pageFrom } from "../http/paging.ts";
import { defineRoute, type Route } from "../http/route.ts";
import { locatedIn, type RouteDeps } from "./context.ts";

const needs = { reads: "projects" };

export function projectRoutes({ caches, locator }: RouteDeps): readonly Route[] {
  const list = defineRoute({
    operation: "listProjects",
    method: "GET",
    path: "/v1/projects",
    summary: "The projects, by repository and name",
    needs,
    query: pageQuery,
    answers: {
      200: { description: "A page of them.", schema: pageOf("ProjectList", projectSchema) },
    },
    handle: async (call) => {
      const readable = await locator.readable(call.caller, needs.reads, call.query.namespace);
      const found = [...readable]
        .flatMap((namespace) => caches.Project.byIndex("namespace", namespace))
        .toSorted((a, b) => ascending(keyOf(a), keyOf(b)));
      const page = pageFrom(found, call.query, { key: keyOf, compare: ascending });
      return { status: 200, body: { kind: "List", ...page } };
    },
  });

  const show = defineRoute({
    operation: "getProject",
    method: "GET",
    path: "/v1/projects/{repository}/{project}",
    summary: "One project, and how it is released",
    needs,
    query: oneQuery,
    answers: { 200: { description: "The project.", schema: projectSchema } },
    handle: async (call) => {
      const located = locatedIn(call);
      const { namespace, repository, project } = located;
      const [found] = caches.Project.byIndex(
        "project",
        projectIndex(namespace, repository, project),
      );
      if (found === undefined) throw projectNotFound(located);
      return { status: 200, body: found, version: found.metadata.resourceVersion };
    },
  });

  return [list, show];
}

function keyOf({ metadata, spec }: Project): readonly string[] {
  return [spec.repository, spec.name, metadata.namespace, metadata.name];
}
