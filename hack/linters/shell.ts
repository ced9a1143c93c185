/** shellcheck on shell scripts, and actionlint on workflows, whose scripts it gives to shellcheck. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { output, run } from "../../test/ground/index.ts";
import { locateTool, requireTool } from "../../tools/locate.ts";
import { locatePythonTool } from "../../tools/python/venv.ts";
import type { Linter } from "./linter.ts";

const root = join(import.meta.dirname, "..", "..");

const shellcheckMissing = () =>
  locatePythonTool("shellcheck") === undefined
    ? "shellcheck is not installed: run `make setup`"
    : undefined;

export const shellcheck: Linter = {
  name: "shellcheck on shell scripts",
  missing: shellcheckMissing,
  run: async () => {
    const files = (await output("git", ["-C", root, "ls-files", "-z"])).split("\0");
    const scripts = files.filter((file) => isShell(file));
    if (scripts.length === 0) return "";
    const args = ["--format=gcc", ...scripts];
    const found = await run(locatePythonTool("shellcheck") ?? "", args, { cwd: root });
    return found.code === 0 ? "" : found.stdout + found.stderr;
  },
};

export const actionlint: Linter = {
  name: "actionlint on .github/workflows",
  missing: () =>
    locateTool("actionlint") === undefined
      ? "actionlint is not built: run `make tools`"
      : shellcheckMissing(),
  run: async () => {
    const workflows = globSync(".github/workflows/*.{yml,yaml}", { cwd: root });
    if (workflows.length === 0) return "";
    const shell = `-shellcheck=${locatePythonTool("shellcheck")}`;
    const args = ["-no-color", "-oneline", shell, "-pyflakes=", ...workflows];
    const found = await run(requireTool("actionlint"), args, { cwd: root });
    return found.code === 0 ? "" : found.stdout + found.stderr;
  },
};

/** By its name, or by the interpreter that its first line names. */
function isShell(file: string): boolean {
  const path = join(root, file);
  // Deleted, and not committed yet.
  if (file === "" || !existsSync(path)) return false;
  if (/\.(ba)?sh$/.test(file)) return true;
  if (/\.[a-z]+$/.test(file.replace(/^.*\//, ""))) return false;
  return /^#!.*\b(ba|da)?sh\b/.test(readFileSync(path, "utf8").split("\n", 1)[0] ?? "");
}
