import { systemClock } from "../../../controller/kube/index.ts";
import { ChangeFeed } from "../events/change-feed.ts";
import type { Route } from "../http/route.ts";
import { allRoutes } from "./all-routes.ts";
import type { RouteDeps } from "./context.ts";

/** The routes as they are described, for documents: nothing stands behind them, none is called. */
export function describedRoutes(): readonly Route[] {
  const nothing: Partial<RouteDeps> = {
    changes: new ChangeFeed(systemClock),
  };
  return allRoutes(nothing as RouteDeps);
}
