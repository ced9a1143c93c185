export { commitMessage, type DeploymentTrailers, parseTrailers } from "./history/commit-message.ts";
export {
  type PointerFile,
  parsePointerFile,
  releasePointerFormat,
} from "./pointer/pointer-file.ts";
export { defaultPathTemplate, pointerFolder } from "./pointer/pointer-path.ts";
export type {
  CommitRequest,
  CommitResult,
  CurrentDeployment,
  Deployment,
  DeploymentHistory,
  GitOpsWriter,
  HistoryRequest,
  LoggedDeployment,
  PointerFormat,
} from "./ports.ts";
export { createGitOpsWriter } from "./writer.ts";
export type { WriterOptions } from "./writer-options.ts";
