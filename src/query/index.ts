export { isCalled, resolveRelease } from "./resolve-release.ts";
export { runsOf } from "./runs.ts";
