export { type FoundRun, runsFoundInGit } from "./found-in-git.ts";
export { judgeRelease, type Known } from "./judge-release.ts";
export { isCalled, resolveRelease } from "./resolve-release.ts";
export { type ReleaseIdentity, rollbackTarget } from "./rollback-target.ts";
export { replacedAt, runStart } from "./run-bounds.ts";
export { runsOf } from "./runs.ts";
