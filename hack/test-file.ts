// Runs the tests that belong to a file or a name: `make test F=src/policy/glob.ts`.
import { spawnSync } from "node:child_process";
import { globSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { selectTests } from "./suite/select-tests.ts";

const root = join(import.meta.dirname, "..");
const [wanted = ""] = process.argv.slice(2);

function run(program: string, ...args: readonly string[]): void {
  const done = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

const testFiles = globSync("{cmd,controller,src,hack,tools,test}/**/*.test.ts", { cwd: root });
const isFile = (path: string) =>
  statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true;
const { tests, importersOf } = selectTests(relative(root, wanted), testFiles, isFile);
if (importersOf !== undefined) {
  run("vitest", "related", "--run", "--project", "unit", importersOf);
} else if (tests.length === 0) {
  console.error(`no test belongs to ${wanted}: give a file, a folder or a part of a test's path`);
  process.exit(1);
} else {
  const needsParts = tests.some((file) => /^test\/(system|hostile|contract|e2e)\//.test(file));
  if (needsParts) run(process.execPath, join(root, "hack", "setup.ts"));
  run("vitest", "run", ...tests);
}
