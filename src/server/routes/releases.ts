import { parseSpec, type Release, releaseKind } from "../../api/index.ts";
import { resolveRelease } from "../../query/index.ts";
import { createRelease } from "../../requests/index.ts";
import {
  oneQuery,
  releaseList,
  releaseQuery,
  releaseRequest,
  release as releaseSchema,
} from "../../rest/index.ts";
import { projectIndex } from "../cluster/informers.ts";
import { trimRelease } from "../cluster/trim.ts";
import { descending, pageFrom } from "../http/paging.ts";
import { ProblemError } from "../http/problem.ts";
import { defineRoute, type Located, type Route } from "../http/route.ts";
import { locatedIn, type RouteDeps, storeOf } from "./context.ts";
import { plainObject } from "./plain-object.ts";

const reads = { reads: "releases" };
const isReady = ({ status }: Release) =>
  status?.conditions?.some(({ type, status: said }) => type === "Ready" && said === "True") ===
  true;

export function releaseRoutes({ caches }: RouteDeps): readonly Route[] {
  const releasesOf = ({ namespace, repository, project }: Located) =>
    caches.Release.byIndex("project", projectIndex(namespace, repository, project));

  const create = defineRoute({
    operation: "createRelease",
    method: "POST",
    path: "/v1/releases",
    summary: "Release a project at a commit",
    description:
      "The same release again is answered with the one that there is. The pipeline then looks at status, or listens to /v1/events, until it is Ready.",
    needs: { reads: "releases", writes: ["create releases", "release projects/<project>"] },
    body: releaseRequest,
    answers: {
      200: { description: "It was there already, or this was a dry run.", schema: releaseSchema },
      201: { description: "It was created.", schema: releaseSchema },
    },
    problems: [409, 422],
    handle: async (call) => {
      const { namespace: _, dryRun, ...fields } = call.body;
      const { namespace } = call.located ?? namespaceMissing();
      const spec = parseSpec(releaseKind, fields);
      const { release, isNew } = await createRelease(storeOf(call, namespace), spec, { dryRun });
      return { status: isNew && !dryRun ? 201 : 200, body: trimRelease(plainObject(release)) };
    },
  });

  const list = defineRoute({
    operation: "listReleases",
    method: "GET",
    path: "/v1/releases/{repository}/{project}",
    summary: "The releases of a project, the newest first",
    needs: reads,
    query: releaseQuery,
    answers: { 200: { description: "A page of them.", schema: releaseList } },
    handle: async (call) => {
      const { ready, trigger } = call.query;
      const found = releasesOf(locatedIn(call))
        .filter((release) => ready === undefined || String(isReady(release)) === ready)
        .filter(({ spec }) => trigger === undefined || spec.trigger.type === trigger)
        .toSorted((a, b) => descending(keyOf(a), keyOf(b)));
      const page = pageFrom(found, call.query, { key: keyOf, compare: descending });
      return { status: 200, body: { kind: "List", ...page } };
    },
  });

  const show = defineRoute({
    operation: "getRelease",
    method: "GET",
    path: "/v1/releases/{repository}/{project}/{release}",
    summary: "One release, by number, alias or commit",
    description: "What has failed, or is not ready yet, is found by its number or its full commit.",
    needs: reads,
    query: oneQuery,
    answers: { 200: { description: "The release.", schema: releaseSchema } },
    problems: [409],
    handle: async (call) => {
      const release = resolveShown(call.params["release"] ?? "", releasesOf(locatedIn(call)));
      return { status: 200, body: release, version: release.metadata.resourceVersion };
    },
  });

  return [create, list, show];
}

function keyOf({ metadata, status }: Release): readonly (string | number)[] {
  return [status?.number ?? 0, metadata.creationTimestamp, metadata.name];
}

/** One that failed resolves by nothing, and is what a person wants to look at. */
function resolveShown(identifier: string, releases: readonly Release[]): Release {
  try {
    return resolveRelease(identifier, releases);
  } catch (error) {
    const named = releases.find(
      ({ metadata, spec, status }) =>
        metadata.name === identifier ||
        String(status?.number) === identifier ||
        spec.commit === identifier,
    );
    if (named === undefined) throw error;
    return named;
  }
}

function namespaceMissing(): never {
  throw new ProblemError("NamespaceRequired", "namespace: no project of this name is known yet", {
    errors: [{ field: "namespace", message: "is needed for a project that is not known yet" }],
  });
}
