export { countByKind, type Manifest } from "./manifest.ts";
export type { SourceFile, SourceFiles } from "./ports.ts";
export { render } from "./render.ts";
