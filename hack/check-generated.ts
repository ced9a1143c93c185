// Fails when a generated file is not what its source would generate now.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

function snapshot(): Map<string, string> {
  const files = ["crds", join("charts", "forge", "files", "crds")].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name)),
  );
  files.push(
    join("charts", "forge", "values.schema.json"),
    join("docs", "errors.md"),
    join("docs", "api.md"),
    join("docs", "operations.md"),
    join("src", "cli", "checks", "downgrade", "previous-kinds.json"),
  );
  return new Map(files.map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

const before = snapshot();
for (const script of [
  "generate-crds.ts",
  "generate-chart.ts",
  "generate-error-docs.ts",
  "generate-api-docs.ts",
  "generate-downgrade.ts",
]) {
  const done = spawnSync(process.execPath, [join(import.meta.dirname, script)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (done.status !== 0) process.exit(1);
}
const drifted = [...snapshot()].filter(([path, text]) => before.get(path) !== text);
for (const [path] of drifted) console.error(`${path} was out of date: run \`make generate\``);
process.exit(drifted.length > 0 ? 1 : 0);
