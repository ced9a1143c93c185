import { chmodSync, copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { moduleFolder, sourceFolder } from "./go.ts";
import type { ToolModule } from "./modules.ts";

/**
 * Flags that build from a copy of the published module with files of our own added. Go's own
 * -overlay does not apply to files of the module cache.
 */
export function targetFlags(module: ToolModule, into: string): string[] {
  if (module.target === undefined) return [];
  const own = moduleFolder(module);
  const copy = join(into, "published");
  cpSync(sourceFolder(module, module.versionOf), copy, { recursive: true });
  // The module cache is read-only, and its copy could not be changed or removed.
  makeWritable(copy);
  for (const [theirs, ours] of Object.entries(module.target.added))
    copyFileSync(join(own, ours), join(copy, theirs));
  const modules = readFileSync(join(own, "go.mod"), "utf8");
  const modFile = join(into, "go.mod");
  writeFileSync(modFile, `${modules}\nreplace ${module.versionOf} => ${copy}\n`);
  copyFileSync(join(own, "go.sum"), join(into, "go.sum"));
  return [...module.target.flags, `-modfile=${modFile}`];
}

function makeWritable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
}
