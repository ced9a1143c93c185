// Writes what charts/forge has from elsewhere: kinds, policies and roles from crds/, and the schema of its values.
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chartSchema } from "./chart/values.ts";

const root = join(import.meta.dirname, "..");
const chart = join(root, "charts", "forge");
// Beyond the templates' reach: Helm would look for its own braces in them.
const files = join(chart, "files", "crds");
rmSync(files, { recursive: true, force: true });
mkdirSync(files, { recursive: true });
for (const name of readdirSync(join(root, "crds"))) {
  copyFileSync(join(root, "crds", name), join(files, name));
}
const schema = join(chart, "values.schema.json");
writeFileSync(schema, `${JSON.stringify(chartSchema(), undefined, 2)}\n`);
console.log(files);
console.log(schema);
