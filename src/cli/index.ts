export type { Terminal } from "./ports.ts";
export { runCommandLine } from "./run.ts";
