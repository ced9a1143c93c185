export { type ObjectRules, refuseObjects, warningsOf } from "./allowed-objects.ts";
export { createCueRenderer } from "./cue/cue-renderer.ts";
export type { CueEvaluator } from "./cue/evaluator.ts";
export type { CueAnswer, CueRequest } from "./cue/protocol.ts";
export { type CueWorkerOptions, CueWorkers } from "./cue/worker-pool.ts";
export { pinImages } from "./images.ts";
export { countByKind, type Manifest } from "./manifest.ts";
export type { ArtifactFields, ProjectSource, Rendered, Renderer, SourceFile } from "./ports.ts";
export { renderYaml, yamlRenderer } from "./yaml-renderer.ts";
