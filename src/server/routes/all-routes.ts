import type { Route } from "../http/route.ts";
import { approvalRoutes } from "./approvals.ts";
import { auditRoutes } from "./audit.ts";
import { callerRoutes } from "./caller.ts";
import type { RouteDeps } from "./context.ts";
import { decisionRoutes } from "./decisions.ts";
import { deploymentRoutes } from "./deployments.ts";
import { environmentRoutes } from "./environments.ts";
import { eventRoutes } from "./events.ts";
import { kubernetesEventRoutes } from "./kubernetes-events.ts";
import { matrixRoutes } from "./matrix.ts";
import { objectRoutes } from "./objects.ts";
import { projectRoutes } from "./projects.ts";
import { releaseRoutes } from "./releases.ts";

/** Every route that asks who is asking; the document, the page and the table are made from it. */
export function allRoutes(deps: RouteDeps): readonly Route[] {
  return [
    ...releaseRoutes(deps),
    ...deploymentRoutes(deps),
    ...approvalRoutes(deps),
    ...decisionRoutes(deps),
    ...matrixRoutes(deps),
    ...environmentRoutes(deps),
    ...projectRoutes(deps),
    ...auditRoutes(deps),
    ...eventRoutes(deps),
    ...callerRoutes(deps),
    ...kubernetesEventRoutes,
    ...objectRoutes(deps),
  ];
}
