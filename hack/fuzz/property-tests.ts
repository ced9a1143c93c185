import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** Unit tests that hold properties, found by their import, so that no list of them can be stale. */
export function propertyTests(): string[] {
  return globSync(["{cmd,controller,src,hack}/**/*.test.ts", "test/*.test.ts"], { cwd: root })
    .filter((path) => readFileSync(join(root, path), "utf8").includes('from "fast-check"'))
    .toSorted();
}
