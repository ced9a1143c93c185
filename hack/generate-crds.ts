// Writes crds/*.yaml from the schemas in src/api.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "js-yaml";
import { customResourceDefinition, kinds } from "../src/api/index.ts";

const folder = join(import.meta.dirname, "..", "crds");
mkdirSync(folder, { recursive: true });
for (const kind of kinds) {
  const file = join(folder, `${kind.group}_${kind.plural}.yaml`);
  const text = dump(customResourceDefinition(kind), { noRefs: true, lineWidth: 100 });
  writeFileSync(file, `# Generated from src/api by \`make generate\`. Do not edit.\n${text}`);
  console.log(file);
}
