import { byAge, type ReleasePointer } from "../../api/index.ts";
import {
  askFor,
  findPointer,
  identityOf,
  isPending,
  type Place,
  type PlannedDeployment,
  planDeployment,
  promotedRelease,
  refusalsOf,
  rolledBackRelease,
  type Store,
} from "../../requests/index.ts";
import {
  type DecisionAnswer,
  type DeploymentAnswer,
  type DeploymentRequest,
  deploymentAnswer,
  deploymentHistory,
  deploymentRequest,
  deployment as deploymentSchema,
  oneQuery,
  pageQuery,
} from "../../rest/index.ts";
import { projectIndex } from "../cluster/informers.ts";
import { expectedVersion } from "../http/answer.ts";
import { descending, pageFrom } from "../http/paging.ts";
import { ProblemError } from "../http/problem.ts";
import { defineRoute, type Route } from "../http/route.ts";
import { locatedBody, locatedIn, missing, type RouteDeps, storeOf } from "./context.ts";
import { plainObject } from "./plain-object.ts";

export function deploymentRoutes({ access, caches }: RouteDeps): readonly Route[] {
  const request = defineRoute({
    operation: "requestDeployment",
    method: "POST",
    path: "/v1/deployments",
    summary: "Deploy, promote or roll back",
    description:
      "Asks for a release in an environment, in the caller's own name. What a rule refuses for good is not asked for. With If-Match, and the ETag of the history, only over what was seen.",
    needs: {
      reads: "releasepointers",
      writes: ["create, update releasepointers", "deploy environments/<environment>"],
    },
    body: deploymentRequest,
    answers: {
      200: { description: "A dry run, or it is there already.", schema: deploymentAnswer },
      202: { description: "It was asked for.", schema: deploymentAnswer },
    },
    problems: [404, 409, 412, 422],
    handle: async (call) => {
      const { namespace, repository, project } = locatedBody(call);
      const { environment, type, reason, dryRun } = call.body;
      const store = storeOf(call, namespace);
      const pointer = await findPointer(store, environment, { repository, project });
      const place: Place = { repository, project, environment, pointer };
      checkVersion(call.headers, pointer);
      const release = await releaseOf(store, place, call.body);
      const plan = await planDeployment(store, place, { type, release, reason }, call.now);
      if (plan.isThere) return { status: 200, body: answerOf(namespace, plan, "Present", pointer) };
      if (!plan.mayBeAsked && !dryRun) throw refusal(plan);
      const written = plan.mayBeAsked ? await askFor(store, plan, { dryRun }) : undefined;
      if (dryRun) return { status: 200, body: answerOf(namespace, plan, "Judged", undefined) };
      const state = plan.decision.allowed ? "Accepted" : "Pending";
      const version = written?.metadata.resourceVersion;
      const body = answerOf(namespace, plan, state, written);
      return { status: 202, body, ...(version !== undefined && { version }) };
    },
  });

  const history = defineRoute({
    operation: "listDeployments",
    method: "GET",
    path: "/v1/deployments/{environment}/{repository}/{project}",
    summary: "What runs in an environment, and what did before",
    needs: { reads: "releasedeployments", parts: ["releasepointers"] },
    query: pageQuery,
    answers: {
      200: { description: "The pointer, and a page of history.", schema: deploymentHistory },
    },
    handle: async (call) => {
      const located = locatedIn(call);
      const { namespace, repository, project } = located;
      const environment = call.params["environment"] ?? "";
      const index = projectIndex(namespace, repository, project);
      const records = caches.ReleaseDeployment.byIndex("project", index)
        .filter(({ spec }) => spec.environment === environment)
        .toSorted((a, b) => b.spec.sequence - a.spec.sequence);
      const mayPoint = await access.readable(call.caller, "releasepointers", [namespace]);
      const pointer = caches.ReleasePointer.byIndex("project", index)
        .filter(({ metadata, spec }) => {
          return spec.environment === environment && mayPoint.has(metadata.namespace);
        })
        .toSorted(byAge)[0];
      const page = pageFrom(records, call.query, {
        key: ({ spec }) => [spec.sequence],
        compare: descending,
      });
      const body = { ...located, environment, ...(pointer && { pointer }), ...page };
      return { status: 200, body, version: pointer?.metadata.resourceVersion ?? "0" };
    },
  });

  const show = defineRoute({
    operation: "getDeployment",
    method: "GET",
    path: "/v1/deployments/{environment}/{repository}/{project}/{sequence}",
    summary: "The whole record of one deployment, with what it was decided by",
    needs: { reads: "releasedeployments" },
    query: oneQuery,
    answers: { 200: { description: "The record.", schema: deploymentSchema } },
    handle: async (call) => {
      const { namespace, repository, project } = locatedIn(call);
      const { environment, sequence = "" } = call.params;
      const record = caches.ReleaseDeployment.byIndex(
        "project",
        projectIndex(namespace, repository, project),
      ).find(({ spec }) => spec.environment === environment && String(spec.sequence) === sequence);
      if (record === undefined) {
        const said = `${environment} has no deployment ${sequence} of ${project}`;
        throw new ProblemError("DeploymentNotFound", said);
      }
      // The caches leave out what it was decided by.
      const whole = await storeOf(call, namespace).get("ReleaseDeployment", record.metadata.name);
      return { status: 200, body: plainObject(whole), version: whole.metadata.resourceVersion };
    },
  });

  return [request, history, show];
}

async function releaseOf(
  store: Store,
  place: Place,
  { type, release, from }: DeploymentRequest,
): Promise<string> {
  if (release !== undefined) return release;
  if (type === "Promote") return promotedRelease(store, place, from);
  if (type === "Rollback") return rolledBackRelease(store, place);
  throw missing("release");
}

/** RFC 9110 section 13.1.1. */
function checkVersion(headers: Headers, pointer: ReleasePointer | undefined): void {
  const expected = expectedVersion(headers.get("if-match"));
  const version = pointer?.metadata.resourceVersion ?? "0";
  if (expected === undefined || expected === version) return;
  throw new ProblemError("PreconditionFailed", "the pointer is not as it was when you looked");
}

function refusal({ place, release, decision }: PlannedDeployment): ProblemError {
  const rules = refusalsOf(decision);
  const said = rules.map(({ message }) => message).join(" ");
  const name = `release ${release.status?.number} of ${place.project}`;
  return new ProblemError(
    "DeploymentRefused",
    `${name} may not go to ${place.environment}. ${said}`,
    {
      rules,
      hint: "GET /v1/decisions/{environment}/{repository}/{project} tells it rule by rule.",
    },
  );
}

/** What was planned, in the words of the API. */
export function judgedOf(namespace: string, plan: PlannedDeployment): DecisionAnswer {
  const { environment, repository, project } = plan.place;
  const { approvals: _, ...decision } = plan.decision;
  const { request } = plan.pointer.spec;
  return {
    ...{ namespace, environment, repository, project },
    release: identityOf(plan.release),
    ...(request && { request }),
    decision,
    pending: isPending(decision),
  };
}

function answerOf(
  namespace: string,
  plan: PlannedDeployment,
  state: DeploymentAnswer["state"],
  pointer: ReleasePointer | undefined,
): DeploymentAnswer {
  const judged = judgedOf(namespace, plan);
  return { ...judged, state, ...(pointer && { pointer: plainObject(pointer) as never }) };
}
