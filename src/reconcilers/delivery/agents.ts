import { createArgoCD } from "../../argocd/index.ts";
import type { Agent } from "../../delivery/index.ts";
import { createFlux } from "../../flux/index.ts";
import { type InformerDeps, resyncMs } from "../informers.ts";

/** Namespaces in which agents keep their objects; none: nobody is asked how deployments fare. */
export interface AgentNamespaces {
  readonly argoCD: readonly string[];
  readonly flux: readonly string[];
}

export function createAgents(deps: InformerDeps, { argoCD, flux }: AgentNamespaces): Agent[] {
  const shared = { ...deps, resyncMs };
  return [
    ...(argoCD.length > 0 ? [createArgoCD(shared, argoCD)] : []),
    ...(flux.length > 0 ? [createFlux(shared, flux)] : []),
  ];
}
