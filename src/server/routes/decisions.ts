import { releasePointerKind } from "../../api/index.ts";
import { findPointer, planDeployment, pointerOf } from "../../requests/index.ts";
import { decisionAnswer, oneQuery } from "../../rest/index.ts";
import { defineRoute, type Route } from "../http/route.ts";
import { cached, locatedIn, type RouteDeps } from "./context.ts";
import { judgedOf } from "./deployments.ts";

const query = oneQuery.extend({
  release: releasePointerKind.spec.shape.release
    .optional()
    .describe("The release to judge; without it the one that the pointer asks for."),
});

export function decisionRoutes(deps: RouteDeps): readonly Route[] {
  const explain = defineRoute({
    operation: "getDecision",
    method: "GET",
    path: "/v1/decisions/{environment}/{repository}/{project}",
    summary: "Why a release may, or may not, go to an environment",
    description:
      "Judged now, rule by rule: what the pointer asks for, or a release as if the caller asked for its deployment.",
    needs: {
      reads: "releasepointers",
      also: ["environments", "releases", "releaseapprovals", "releasedeployments"],
    },
    query,
    answers: { 200: { description: "Every rule with its verdict.", schema: decisionAnswer } },
    problems: [409],
    handle: async (call) => {
      const { namespace, repository, project } = locatedIn(call);
      const environment = call.params["environment"] ?? "";
      const store = cached(deps, call, namespace);
      const pointer = await findPointer(store, environment, { repository, project });
      const place = { repository, project, environment, pointer };
      const asked = pointer?.spec.request;
      const wish =
        call.query.release === undefined
          ? { release: pointerOf(place).spec.release, ...(asked && { request: asked }) }
          : { release: call.query.release };
      const plan = await planDeployment(store, place, { type: "Deploy", ...wish }, call.now);
      return { status: 200, body: judgedOf(namespace, plan) };
    },
  });
  return [explain];
}
