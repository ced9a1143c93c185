#!/usr/bin/env node
// forge, and as kubectl-forge the same as a plugin of kubectl. It starts anew for each command that
// somebody types, so Node keeps what it compiles, and everything else is loaded after that.
import { isBefore, launch } from "../launch.ts";
import { version } from "../version.ts";

const { argv, env, versions } = process;

/** Not in the folder for temporary files, where others could put code for us to run. */
function keepCompiled(): void {
  const cache = env["XDG_CACHE_HOME"] || (env["HOME"] && `${env["HOME"]}/.cache`);
  const { enableCompileCache } = process.getBuiltinModule?.("node:module") ?? {};
  if (cache && enableCompileCache) enableCompileCache(`${cache}/forge/compiled`);
}

function start(): Promise<unknown> {
  // Answered at once: scripts ask it before they do anything else.
  if (argv.length === 3 && /^(version|--version|-v)$/.test(argv[2] || "")) {
    process.stdout.write(`forge ${version}\n`);
    return Promise.resolve();
  }
  keepCompiled();
  if (!isBefore(versions.node, "22.15")) return import("./run.ts");
  return import("./older-node.ts").then(() => import("./run.ts"));
}

launch({ name: "forge", oldestNode: "20.9" }, start);
