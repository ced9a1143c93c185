export {
  keysOfAnnotations,
  keysOfPointer,
  mayReportOn,
  type PointerNames,
  pathKey,
  pointerAnnotations,
  sameRepository,
} from "./pointer-keys.ts";
export type { Agent, AgentDeps, AwaitedDeployment, Look, Watched } from "./ports.ts";
export { absentRetryMs } from "./ports.ts";
export { type DeliveryHealth, type DeliverySync, healthOf, syncOf, worstOf } from "./worst.ts";
