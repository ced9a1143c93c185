export { identityPolicies, stampingPolicies } from "./admission/identity.ts";
export {
  findWeakPolicies,
  isRequiredResource,
  type PolicyFinding,
  type PolicyObject,
  policyResources,
  shippedPolicyNames,
} from "./admission/in-force.ts";
export { type ClusterRole, clusterRoles } from "./admission/roles.ts";
export { verbPolicies } from "./admission/verbs.ts";
export { byAge } from "./by-age.ts";
export { canonicalJson } from "./canonical-json.ts";
export {
  type Condition,
  type ConditionType,
  conditionSchema,
  conditionTypes,
  isTrue,
} from "./condition.ts";
export { customResourceDefinition, openApiSchema } from "./custom-resource-definition.ts";
export type { RequestType, Verdict } from "./deployment.ts";
export {
  type Environment,
  type EnvironmentSpec,
  type EnvironmentStatus,
  environmentKind,
  type PromotionPolicy,
} from "./environment.ts";
export { type ErrorCode, errorKinds, type Retry } from "./errors.ts";
export { commitPattern, digestPattern } from "./fields.ts";
export { foreignText, neutralText } from "./foreign-text.ts";
export { ForgeError, messageOf } from "./forge-error.ts";
export { type GitEvent, parseGitEvent, parseInputs } from "./git-event.ts";
export { isRecord } from "./is-record.ts";
export {
  apiVersion,
  defineKind,
  type ForgeObject,
  group,
  type Kind,
  type ObjectMeta,
  parseSpec,
  version,
} from "./kind.ts";
export { kinds } from "./kinds.ts";
export { isLoopback } from "./loopback.ts";
export {
  deploymentName,
  pointerName,
  projectName,
  projectPath,
  releaseName,
  splitProjectPath,
} from "./names.ts";
export { type Project, type ProjectSpec, type ProjectStatus, projectKind } from "./project.ts";
export { namesSecret, redact } from "./redact.ts";
export {
  type Alias,
  type Artifact,
  type Release,
  type ReleaseSpec,
  type ReleaseStatus,
  releaseKind,
} from "./release.ts";
export {
  type ReleaseApproval,
  type ReleaseApprovalSpec,
  type ReleaseApprovalStatus,
  releaseApprovalKind,
} from "./release-approval.ts";
export { parseReleaseBlock, type ReleaseBlock } from "./release-block.ts";
export {
  type DeploymentOutcome,
  deploymentOutcomes,
  type ReleaseDeployment,
  type ReleaseDeploymentSpec,
  type ReleaseDeploymentStatus,
  releaseDeploymentKind,
} from "./release-deployment.ts";
export {
  type PointerDelivery,
  type ReleasePointer,
  type ReleasePointerSpec,
  type ReleasePointerStatus,
  releasePointerKind,
} from "./release-pointer.ts";
export {
  originOf,
  pointerOrigin,
  type RequestOrigin,
  requestIdIn,
  traceparentIn,
  withOrigin,
} from "./request-origin.ts";
export type { Claim, Trigger, TriggerType } from "./trigger.ts";
