// Builds the programs that tests and the demo run against, and cue.wasm: `node tools/build.ts`, or
// those that are named: `node tools/build.ts cue.wasm`. What a node needs is built only by name.
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { limitMemory } from "./limit-memory.ts";
import { cacheFolder, locateTool } from "./locate.ts";
import { productsOf, type ToolModule, toolModules } from "./modules.ts";

const oldestGo = [1, 26] as const;
const goEnvironment = {
  ...process.env,
  CGO_ENABLED: "0",
  GOFLAGS: "-mod=readonly",
  GOTOOLCHAIN: "local",
};

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function requireGo(): void {
  const answer = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8", env: goEnvironment });
  const wanted = `Go ${oldestGo.join(".")} or later is needed to build cue.wasm, kube-apiserver and the other test tools`;
  if (answer.error !== undefined) fail(`${wanted}, and there is no \`go\` on the PATH.`);
  const [major = 0, minor = 0] = answer.stdout.trim().slice(2).split(".").map(Number);
  if (major < oldestGo[0] || (major === oldestGo[0] && minor < oldestGo[1])) {
    fail(`${wanted}; \`go\` on the PATH is ${answer.stdout.trim()}.`);
  }
}

function environmentOf({ target }: ToolModule): NodeJS.ProcessEnv {
  return { ...goEnvironment, ...target?.environment };
}

function go(module: ToolModule, ...args: string[]): string {
  const cwd = join(import.meta.dirname, module.folder);
  const answer = spawnSync("go", args, {
    cwd,
    encoding: "utf8",
    env: environmentOf(module),
    maxBuffer: 1 << 26,
  });
  if (answer.status !== 0) fail(`go ${args[0]} in tools/${module.folder}: ${answer.stderr}`);
  return answer.stdout.trim();
}

/**
 * Flags that build from a copy of the published module with files of our own added: Go's own
 * -overlay does not touch what is in the module cache.
 */
function targetFlags(module: ToolModule, into: string): string[] {
  if (module.target === undefined) return [];
  const own = join(import.meta.dirname, module.folder);
  const copy = join(into, "published");
  cpSync(go(module, "list", "-m", "-f", "{{.Dir}}", module.versionOf), copy, { recursive: true });
  for (const [theirs, ours] of Object.entries(module.target.added)) {
    // The module cache is read-only, and so is its copy.
    chmodSync(dirname(join(copy, theirs)), 0o755);
    copyFileSync(join(own, ours), join(copy, theirs));
  }
  const modules = readFileSync(join(own, "go.mod"), "utf8");
  const modFile = join(into, "go.mod");
  writeFileSync(modFile, `${modules}\nreplace ${module.versionOf} => ${copy}\n`);
  copyFileSync(join(own, "go.sum"), join(into, "go.sum"));
  return [...module.target.flags, `-modfile=${modFile}`];
}

function removeSources(into: string): void {
  const copy = join(into, "published");
  for (const entry of readdirSync(copy, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
  for (const name of ["published", "go.mod", "go.sum"]) {
    rmSync(join(into, name), { recursive: true });
  }
}

/** Runs `go build -v`, which names each package as it is compiled, and shows how far it is. */
async function build(module: ToolModule, into: string): Promise<void> {
  console.log(`tools: ${module.folder}: fetching modules`);
  go(module, "mod", "download");
  const version = go(module, "list", "-m", "-f", "{{.Version}}", module.versionOf);
  const packages = Object.values(module.programs);
  const tags = module.tags === undefined ? [] : ["-tags", module.tags.join(",")];
  const total =
    packages.length === 0
      ? 0
      : go(module, "list", "-deps", ...tags, ...packages).split("\n").length;
  const started = Date.now();
  let compiled = 0;
  let shown = 0;
  for (const [program, main] of Object.entries(module.programs)) {
    const flags = ["-s", "-w", ...module.stamp(version)].join(" ");
    const child = spawn(
      "go",
      [
        ...["build", "-v", "-trimpath", ...tags, ...targetFlags(module, into)],
        ...["-ldflags", flags, "-o", join(into, program), main],
      ],
      {
        cwd: join(import.meta.dirname, module.folder),
        env: environmentOf(module),
        stdio: ["ignore", "inherit", "pipe"],
      },
    );
    const said: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      compiled += 1;
      said.push(line);
      if (Date.now() - shown < 10_000) continue;
      shown = Date.now();
      const seconds = Math.round((shown - started) / 1000);
      console.log(
        `tools: ${program} ${version}: ${compiled} of at most ${total} packages, ${seconds} s`,
      );
    }
    if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
    if (module.target !== undefined) removeSources(into);
    if (child.exitCode !== 0) fail(`go build ${main}:\n${said.slice(-20).join("\n")}`);
    if (module.target === undefined) continue;
    const file = join(into, program);
    writeFileSync(file, limitMemory(readFileSync(file), module.target.maximumMemoryPages));
  }
  for (const [name, paths] of Object.entries(module.files ?? {})) {
    const source = go(module, "list", "-m", "-f", "{{.Dir}}", name);
    for (const path of paths) copyFileSync(join(source, path), join(into, basename(path)));
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  const made = Object.keys(module.programs).join(", ") || `files of ${module.folder}`;
  console.log(`tools: ${made} ${version} built in ${seconds} s`);
}

const wanted = process.argv.slice(2);
for (const module of toolModules) {
  const isWanted =
    wanted.length === 0
      ? module.onRequest === undefined
      : wanted.some((name) => productsOf(module).includes(name));
  if (!isWanted) continue;
  const missing = productsOf(module).filter((name) => locateTool(name) === undefined);
  if (missing.length === 0) continue;
  requireGo();
  const folder = cacheFolder(module);
  mkdirSync(dirname(folder), { recursive: true });
  // Built aside and moved into place, so that an interrupted build leaves nothing half-done.
  const aside = mkdtempSync(`${folder}.`);
  try {
    await build(module, aside);
    if (existsSync(folder)) rmSync(aside, { recursive: true });
    else renameSync(aside, folder);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
}
