import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The keys of annotations and labels that the code in a checkout names, wherever it uses them. */
export function annotationKeys(checkout: string): readonly string[] {
  const keys = globSync("src/**/*.ts", { cwd: checkout })
    .filter((path) => !/\.test\.ts$|[/\\]testing[/\\]/.test(path))
    .flatMap((path) => [
      ...readFileSync(join(checkout, path), "utf8").matchAll(/"(forge\.dev\/[a-z][a-z-]*)"/g),
    ])
    .map(([, key = ""]) => key);
  return [...new Set(keys)].toSorted();
}
