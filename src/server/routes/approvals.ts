import { byAge, ForgeError, type Release } from "../../api/index.ts";
import { resolveRelease } from "../../query/index.ts";
import {
  approvalsOf,
  approversOf,
  createApproval,
  findPointer,
  identityOf,
  planDeployment,
  readEnvironment,
  releasesOf,
  revokeApproval,
  type Store,
} from "../../requests/index.ts";
import {
  approvalRequest,
  approval as approvalSchema,
  approvalState,
  oneQuery,
  rejectRequest,
  revokedApprovals,
  revokeRequest,
} from "../../rest/index.ts";
import { type Call, defineRoute, type Located, type Route } from "../http/route.ts";
import { cached, locatedBody, locatedIn, type RouteDeps, storeOf } from "./context.ts";
import { plainObject } from "./plain-object.ts";

const needs = {
  reads: "releaseapprovals",
  writes: ["create, update releaseapprovals", "approve environments/<environment>"],
};
const path = "/v1/approvals/{id}/{environment}";

export function approvalRoutes(deps: RouteDeps): readonly Route[] {
  const create = defineRoute({
    operation: "createApproval",
    method: "POST",
    path: "/v1/approvals",
    summary: "Approve or reject a release for an environment",
    needs,
    body: approvalRequest,
    answers: {
      200: { description: "A dry run.", schema: approvalSchema },
      201: { description: "It was created.", schema: approvalSchema },
    },
    problems: [404, 409, 422],
    handle: (call) => judge(call, locatedBody(call), call.body),
  });

  const reject = defineRoute({
    operation: "rejectRelease",
    method: "POST",
    path: `${path}/reject`,
    summary: "Reject a release for an environment",
    needs,
    query: oneQuery,
    body: rejectRequest,
    answers: {
      200: { description: "A dry run.", schema: approvalSchema },
      201: { description: "It was rejected.", schema: approvalSchema },
    },
    problems: [409, 422],
    handle: (call) =>
      judge(call, locatedIn(call), { ...named(call), ...call.body, decision: "Reject" }),
  });

  const revoke = defineRoute({
    operation: "revokeApprovals",
    method: "POST",
    path: `${path}/revoke`,
    summary: "Take back what somebody approved or rejected",
    needs,
    query: oneQuery,
    body: revokeRequest,
    answers: { 200: { description: "Those that were revoked.", schema: revokedApprovals } },
    problems: [409, 422],
    handle: async (call) => {
      const { namespace, ...name } = locatedIn(call);
      const { environment, release: identifier } = named(call);
      const store = storeOf(call, namespace);
      const release = resolveRelease(identifier, await releasesOf(store, name));
      const { reason, of = call.caller.user, dryRun } = call.body;
      const standing = (await approvalsOf(store, environment, release)).filter(
        ({ spec }) => spec.revoked === undefined && spec.approver === of,
      );
      if (standing.length === 0) {
        const said = `${of} has neither approved nor rejected release ${identifier} for ${environment}`;
        throw new ForgeError("ApprovalNotFound", said, {
          hint: "Name whose approval it is by of.",
        });
      }
      const items = [];
      for (const approval of standing) {
        items.push(plainObject(await revokeApproval(store, approval, reason, { dryRun })));
      }
      return { status: 200, body: { kind: "List", items } };
    },
  });

  const show = defineRoute({
    operation: "getApprovals",
    method: "GET",
    path,
    summary: "Who approved a release for an environment, and how many must",
    description: "{id} is <repository>/<project>/<release>, with its slashes encoded as %2F.",
    needs: { reads: "releaseapprovals" },
    query: oneQuery,
    answers: { 200: { description: "What is granted, and required.", schema: approvalState } },
    problems: [409],
    handle: async (call) => ({ status: 200, body: await stateOf(deps, call) }),
  });

  return [create, show, reject, revoke];
}

function named({ params }: Call): { readonly environment: string; readonly release: string } {
  return { environment: params["environment"] ?? "", release: params["release"] ?? "" };
}

async function judge(
  call: Call,
  { namespace, repository, project }: Located,
  wish: {
    readonly environment: string;
    readonly release: string;
    readonly decision: "Approve" | "Reject";
    readonly justification: string;
    readonly expiresAt?: string | undefined;
    readonly dryRun: boolean;
  },
) {
  const store = storeOf(call, namespace);
  const { metadata } = await readEnvironment(store, wish.environment);
  const release = await readyRelease(store, { repository, project }, wish.release);
  const { dryRun, ...said } = wish;
  const options = { dryRun, now: call.now };
  const written = await createApproval(
    store,
    { ...said, environmentGeneration: metadata.generation, release },
    options,
  );
  return { status: dryRun ? 200 : 201, body: plainObject(written) };
}

async function readyRelease(
  store: Store,
  name: Pick<Located, "repository" | "project">,
  identifier: string,
): Promise<Release> {
  return resolveRelease(identifier, await releasesOf(store, name));
}

async function stateOf(deps: RouteDeps, call: Call) {
  const { namespace, repository, project } = locatedIn(call);
  const { environment, release } = named(call);
  const store = cached(deps, call, namespace);
  const pointer = await findPointer(store, environment, { repository, project });
  const place = { repository, project, environment, pointer };
  // Whose approval counts depends on who asks: nobody yet, where nothing is asked for.
  const request = pointer?.spec.request ?? { type: "Deploy", by: "" };
  const plan = await planDeployment(store, place, { type: "Deploy", release, request }, call.now);
  const verdict = plan.decision.rules.find(({ rule }) => rule === "approvals");
  const { requiresApproval, approvals: settings } = plan.environment.spec.promotionPolicy;
  const where = { namespace, environment };
  const [approvals, youMay, { approvers, unknown }] = await Promise.all([
    approvalsOf(store, environment, plan.release),
    deps.access.may(call.caller, {
      ...{ verb: "approve", resource: "environments", namespace, name: environment },
    }),
    // Nothing of it is the server's to know: its account may not read RBAC.
    approversOf(call.caller.client, where, call.signal),
  ]);
  return {
    ...{ namespace, environment, repository, project },
    release: identityOf(plan.release),
    requiresApproval,
    required: requiresApproval ? (settings?.required ?? 1) : 0,
    granted: plan.decision.approvals.length,
    satisfied: verdict?.passed ?? true,
    message: verdict?.message ?? "",
    ...{ youMay, approvers, approversUnknown: unknown },
    allowSelfApproval: settings?.allowSelfApproval ?? false,
    approvals: approvals.toSorted(byAge),
  };
}
