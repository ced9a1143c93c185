import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { toolCache } from "../downloads.ts";

const requirements = join(import.meta.dirname, "requirements.txt");

/** Outside the checkout, named by what is installed there. */
function folderOf(env: NodeJS.ProcessEnv): string {
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  return join(toolCache(env), `python-${hash}`);
}

/** Path of a program that the requirements install, or undefined when it is not installed. */
export function locatePythonTool(
  program: string,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const path = join(folderOf(env), "bin", program);
  return existsSync(path) ? path : undefined;
}

/** Installs the pinned programs into a virtual environment; answers what kept it from that. */
export function installPythonTools(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folder = folderOf(env);
  if (existsSync(join(folder, "installed"))) return undefined;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  // In place, since a virtual environment holds its own path.
  const steps = [
    ["python3", "-m", "venv", folder],
    [
      ...[join(folder, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check"],
      ...["--no-deps", "--only-binary=:all:", "--requirement", requirements],
    ],
  ];
  for (const [program = "", ...args] of steps) {
    const done = spawnSync(program, args, { encoding: "utf8", timeout: 600_000 });
    if (done.status === 0) continue;
    rmSync(folder, { recursive: true, force: true });
    return (done.error?.message ?? done.stderr).trim().split("\n").at(-1) ?? "it failed";
  }
  mkdirSync(join(folder, "installed"));
  return undefined;
}
