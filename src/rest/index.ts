/** What goes over the wire of the REST API: schemas and their types, for the server and clients. */
export {
  approvalRequest,
  approvalState,
  rejectRequest,
  revokedApprovals,
  revokeRequest,
} from "./approvals.ts";
export {
  auditPage,
  auditQuery,
  exportMediaType,
  exportQuery,
  verification,
  verificationQuery,
} from "./audit.ts";
export {
  type DecisionAnswer,
  type DeploymentAnswer,
  type DeploymentRequest,
  decisionAnswer,
  deploymentAnswer,
  deploymentHistory,
  deploymentRequest,
  environmentName,
  projectName,
  releaseField,
  repositoryName,
} from "./deployments.ts";
export { type ChangeEvent, changeEvent, eventQuery } from "./events.ts";
export {
  type CellState,
  cellStates,
  type Matrix,
  type MatrixCell,
  type MatrixRow,
  matrix,
  matrixQuery,
} from "./matrix.ts";
export {
  approval,
  deployment,
  environment,
  pointer,
  project,
  release,
  wholeRelease,
} from "./objects.ts";
export { oneQuery, pageOf, pageQuery, partialMediaType } from "./paging.ts";
export { type Problem, problem, problemMediaType } from "./problem.ts";
export { type ReleaseRequest, releaseList, releaseQuery, releaseRequest } from "./releases.ts";
export {
  draftOf,
  objectQuery,
  replacementOf,
  rightAnswer,
  rightQuery,
  storedQuery,
} from "./stored-objects.ts";
export { toldList, toldQuery } from "./told.ts";
