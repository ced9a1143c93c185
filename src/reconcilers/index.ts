export { policyState } from "./admission/policies-in-force.ts";
export { createPolicyInformers } from "./admission/policy-informers.ts";
export { type AgentNamespaces, createAgents } from "./delivery/agents.ts";
export { createDeliveryLoop } from "./delivery/delivery-loop.ts";
export { cachesOf, createInformers, type InformerDeps, type Informers } from "./informers.ts";
export { createLoops } from "./loops.ts";
export { ownUserBy } from "./own-user.ts";
export type { Caches, ReconcilerDeps, Settings } from "./ports.ts";
export { isShardName } from "./sharding.ts";
