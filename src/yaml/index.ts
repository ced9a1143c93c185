/** YAML as Kubernetes reads it, within bounds, and what readers of YAML do not agree on. */
export { type Ambiguity, ambiguityIn, textsIn } from "./ambiguity.ts";
export { exactJson, withEscapes } from "./exact-json.ts";
export { writingSchema } from "./kubernetes-schema.ts";
export { limits as yamlLimits } from "./limits.ts";
export { parseYaml, type YamlDocument } from "./parse-yaml.ts";
export { type ExpansionBudget, plainTree } from "./plain-tree.ts";
