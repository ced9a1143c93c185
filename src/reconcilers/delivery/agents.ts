import { createArgoCD } from "../../argocd/index.ts";
import type { Agent } from "../../delivery/index.ts";
import { createFlux } from "../../flux/index.ts";
import { type InformerDeps, resyncMs } from "../informers.ts";
import type { Caches } from "../ports.ts";

/** Namespaces in which agents keep their objects; none: nobody is asked how deployments fare. */
export interface AgentNamespaces {
  readonly argoCD: readonly string[];
  readonly flux: readonly string[];
}

export function createAgents(
  deps: InformerDeps,
  { environments, projects }: Pick<Caches, "environments" | "projects">,
  { argoCD, flux }: AgentNamespaces,
): Agent[] {
  const isTenant = (namespace: string) =>
    [environments, projects].some((cache) => cache.byIndex("namespace", namespace).length > 0);
  const shared = { ...deps, resyncMs, isTenant };
  return [
    ...(argoCD.length > 0 ? [createArgoCD(shared, argoCD)] : []),
    ...(flux.length > 0 ? [createFlux(shared, flux)] : []),
  ];
}
