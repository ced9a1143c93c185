export { judgeRelease, type Known } from "./judge-release.ts";
export { isCalled, resolveRelease } from "./resolve-release.ts";
export { type ReleaseIdentity, rollbackTarget } from "./rollback-target.ts";
export { runsOf } from "./runs.ts";
