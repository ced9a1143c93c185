/** What people ask forge for, in their own name: the command and the server ask alike. */
export { type ApprovalWish, approvalsOf, createApproval, revokeApproval } from "./approval.ts";
export { type Approver, type Approvers, approversOf } from "./approvers.ts";
export { changePointer } from "./change-pointer.ts";
export { ClusterStore, type Right, type WhoAmI } from "./cluster-store.ts";
export { identityOf, isPending, refusalsOf } from "./decision.ts";
export {
  askFor,
  type DeploymentWish,
  type PlannedDeployment,
  planDeployment,
  promotedRelease,
  readEnvironment,
  rolledBackRelease,
} from "./deployment.ts";
export { findProject, type ProjectName } from "./find-project.ts";
export { type ForgeEvent, forgeEvents } from "./forge-events.ts";
export { kindNamed } from "./kind-named.ts";
export {
  deploymentsOf,
  findPlace,
  findPointer,
  judgePlace,
  newSpec,
  type Place,
  pointerOf,
  releasesOf,
} from "./place.ts";
export type { Draft, KindName, Kinds, Selection, Store, WriteOptions } from "./ports.ts";
export { type CreatedRelease, createRelease } from "./release.ts";
