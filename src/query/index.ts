export { isCalled, resolveRelease } from "./resolve-release.ts";
