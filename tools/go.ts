import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { ToolModule } from "./modules.ts";

const oldestGo = [1, 26] as const;
const goEnvironment = {
  ...process.env,
  CGO_ENABLED: "0",
  GOFLAGS: "-mod=readonly",
  GOTOOLCHAIN: "local",
};

/** @throws Error that says which Go is needed, when the one on the PATH cannot build the tools */
export function requireGo(): void {
  const answer = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8", env: goEnvironment });
  const wanted = `Go ${oldestGo.join(".")} or later is needed to build cue.wasm and the programs that tests and the demo run`;
  if (answer.error !== undefined) throw new Error(`${wanted}, and there is no \`go\` on the PATH.`);
  const [major = 0, minor = 0] = answer.stdout.trim().slice(2).split(".").map(Number);
  if (major < oldestGo[0] || (major === oldestGo[0] && minor < oldestGo[1])) {
    throw new Error(`${wanted}; \`go\` on the PATH is ${answer.stdout.trim()}.`);
  }
}

/** Folder of a module's go.mod. */
export function moduleFolder({ folder }: ToolModule): string {
  return resolve(import.meta.dirname, folder);
}

function optionsOf(module: ToolModule) {
  return { cwd: moduleFolder(module), env: { ...goEnvironment, ...module.target?.environment } };
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill();
});

/** Runs `go` for a module, hands over each line of one of its outputs, and returns its exit code. */
export async function runGo(
  module: ToolModule,
  args: readonly string[],
  from: "stdout" | "stderr",
  onLine: (line: string) => void,
): Promise<number | null> {
  const pipe = (output: typeof from) => (output === from ? "pipe" : "ignore");
  const child = spawn("go", [...args], {
    ...optionsOf(module),
    stdio: ["ignore", pipe("stdout"), pipe("stderr")],
  });
  running.add(child);
  const exit = once(child, "exit") as Promise<[number | null]>;
  try {
    for await (const line of createInterface(child[from] as Readable)) onLine(line);
    const [code] = await exit;
    return code;
  } finally {
    running.delete(child);
  }
}

/** Folder of the sources of a module that a tool requires; they are downloaded when missing. */
export function sourceFolder(module: ToolModule, name: string): string {
  const answer = spawnSync("go", ["mod", "download", "-json", name], {
    ...optionsOf(module),
    encoding: "utf8",
  });
  if (answer.status !== 0)
    throw new Error(`tools/${module.folder}: ${name}: ${answer.stderr}${answer.stdout}`);
  return (JSON.parse(answer.stdout) as { readonly Dir: string }).Dir;
}

/** The version of a module that the text of a go.mod requires; undefined when it requires none. */
export function requiredVersion(goMod: string, name: string): string | undefined {
  const words = goMod.split("\n").map((line) =>
    line
      .trim()
      .replace(/^require\s+/, "")
      .split(/\s+/),
  );
  // The name alone on a line is a tool, and one before an arrow is replaced.
  return words.find(([path, version]) => path === name && version?.startsWith("v"))?.[1];
}
