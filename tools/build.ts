// Builds the programs that tests and the demo run against: `node tools/build.ts`.
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
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
  const wanted = `Go ${oldestGo.join(".")} or later is needed to build kube-apiserver and the other test tools`;
  if (answer.error !== undefined) fail(`${wanted}, and there is no \`go\` on the PATH.`);
  const [major = 0, minor = 0] = answer.stdout.trim().slice(2).split(".").map(Number);
  if (major < oldestGo[0] || (major === oldestGo[0] && minor < oldestGo[1])) {
    fail(`${wanted}; \`go\` on the PATH is ${answer.stdout.trim()}.`);
  }
}

function go(module: ToolModule, ...args: string[]): string {
  const cwd = join(import.meta.dirname, module.folder);
  const answer = spawnSync("go", args, {
    cwd,
    encoding: "utf8",
    env: goEnvironment,
    maxBuffer: 1 << 26,
  });
  if (answer.status !== 0) fail(`go ${args[0]} in tools/${module.folder}: ${answer.stderr}`);
  return answer.stdout.trim();
}

/** Runs `go build -v`, which names each package as it is compiled, and shows how far it is. */
async function build(module: ToolModule, into: string): Promise<void> {
  console.log(`tools: ${module.folder}: fetching modules`);
  go(module, "mod", "download");
  const version = go(module, "list", "-m", "-f", "{{.Version}}", module.versionOf);
  const packages = Object.values(module.programs);
  const total = go(module, "list", "-deps", ...packages).split("\n").length;
  const started = Date.now();
  let compiled = 0;
  let shown = 0;
  for (const [program, main] of Object.entries(module.programs)) {
    const flags = ["-s", "-w", ...module.stamp(version)].join(" ");
    const child = spawn(
      "go",
      ["build", "-v", "-trimpath", "-ldflags", flags, "-o", join(into, program), main],
      {
        cwd: join(import.meta.dirname, module.folder),
        env: goEnvironment,
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
    if (child.exitCode !== 0) fail(`go build ${main}:\n${said.slice(-20).join("\n")}`);
  }
  const source = go(module, "list", "-m", "-f", "{{.Dir}}", module.versionOf);
  for (const path of module.files ?? []) {
    copyFileSync(join(source, path), join(into, basename(path)));
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`tools: ${Object.keys(module.programs).join(", ")} ${version} built in ${seconds} s`);
}

for (const module of toolModules) {
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
