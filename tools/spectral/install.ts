import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { toolCache } from "../downloads.ts";

const files = ["package.json", "package-lock.json"];

/** Outside the checkout, named by what is installed there. */
function folderOf(env: NodeJS.ProcessEnv): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(join(import.meta.dirname, file)));
  return join(toolCache(env), `spectral-${hash.digest("hex").slice(0, 12)}`);
}

/** Spectral's program, for Node to run, or undefined when it is not installed. */
export function locateSpectral(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folder = folderOf(env);
  if (!existsSync(join(folder, "installed"))) return undefined;
  return join(folder, "node_modules", "@stoplight", "spectral-cli", "dist", "index.js");
}

/** Installs the pinned packages, without their scripts; answers what kept it from that. */
export function installSpectral(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folder = folderOf(env);
  if (locateSpectral(env) !== undefined) return undefined;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of files) copyFileSync(join(import.meta.dirname, file), join(folder, file));
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const done = spawnSync("npm", args, { cwd: folder, encoding: "utf8", timeout: 600_000 });
  if (done.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    return (done.error?.message ?? done.stderr).trim().split("\n").at(-1) ?? "npm ci failed";
  }
  mkdirSync(join(folder, "installed"));
  return undefined;
}
