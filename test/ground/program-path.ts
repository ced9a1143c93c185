import { join } from "node:path";

const sources = join(import.meta.dirname, "..", "..", "cmd");

type ProgramName = "forge" | "forge-argocd-plugin" | "forge-controller" | "forge-server";

/** Folder of bundled programs, by `useBundledPrograms`; the variable reaches a suite's workers. */
export const programsVariable = "FORGE_PROGRAMS";

/** Path of a program of forge: bundled where $FORGE_PROGRAMS names a folder, else its source. */
export function programPath(name: ProgramName): string {
  const bundled = process.env[programsVariable];
  return bundled === undefined ? join(sources, name, "main.ts") : join(bundled, `${name}.js`);
}
