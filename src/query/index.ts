export { resolveRelease } from "./resolve-release.ts";
