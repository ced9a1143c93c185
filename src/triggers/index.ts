export { aliasesOf } from "./aliases.ts";
export {
  aliasesByClaims,
  claimsOf,
  isSameClaim,
  isVerified,
  isVerifiedAlias,
  ownClaim,
} from "./claims.ts";
export { type Evaluation, evaluateEvent } from "./evaluate.ts";
export {
  customAliases,
  customMetadata,
  type ReleaseExtension,
  type ReleaseFacts,
} from "./extension.ts";
export {
  invalidPatterns,
  type ProjectRules,
  releaseBlockOf,
  type Verdict,
} from "./release-rules.ts";
