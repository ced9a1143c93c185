import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type DemoShape, toolsOf } from "../../../hack/demo/tools.ts";
import { cacheFolder, requireTool } from "../../../tools/locate.ts";
import { productsOf, toolModules } from "../../../tools/modules.ts";
import { isAlive, startControlPlane } from "../../ground/index.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const folder = mkdtempSync(join(tmpdir(), "forge-demo-"));
const demoFolder = join(folder, "demo");
const stateFile = join(demoFolder, "state.json");

interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a target of the Makefile, with the demo's files in a folder of the test's own. */
function make(
  target: string,
  onOutput: (all: string) => void = () => undefined,
  more: NodeJS.ProcessEnv = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn("make", ["--no-print-directory", ...target.split(" ")], {
      cwd: root,
      env: { ...process.env, FORGE_DEMO_FOLDER: demoFolder, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      onOutput(output);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** A cache of tools that has what the demo names, and nothing else. */
function cacheOf(shape: DemoShape): NodeJS.ProcessEnv {
  const env = { XDG_CACHE_HOME: mkdtempSync(join(folder, "cache-")), DOWNLOADS: "0" };
  for (const name of toolsOf(shape)) {
    const module = toolModules.find((known) => productsOf(known).includes(name));
    if (module === undefined) throw new Error(`no module has ${name}`);
    mkdirSync(cacheFolder(module, env), { recursive: true });
    symlinkSync(requireTool(name), join(cacheFolder(module, env), name));
  }
  return env;
}

interface SavedProcess {
  readonly name: string;
  readonly pid: number;
}

function savedProcesses(): readonly SavedProcess[] {
  const state = JSON.parse(readFileSync(stateFile, "utf8")) as { processes: SavedProcess[] };
  return state.processes;
}

const isRunning = ({ pid }: SavedProcess): boolean => isAlive(pid);

describe("make demo", () => {
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test("does all that it tells, and with KEEP=1 leaves it running until make demo-stop", async () => {
    const env = cacheOf({ cluster: "processes", withArgoCD: false });
    const demo = await make("demo KEEP=1", undefined, env);
    expect(demo.output).toContain("The demo is complete.");
    expect(demo.output).toContain("BranchNotAllowed");
    expect(demo.output).toMatch(/Rollback auth-service in production to release 1 \(v1\.4\.0\)/);
    expect(demo.code).toBe(0);
    const kept = savedProcesses();
    expect(kept.map(({ name }) => name)).toEqual([
      "etcd",
      "kube-apiserver",
      "registry",
      "git server",
      "forge-controller",
    ]);
    expect(kept.every(isRunning)).toBe(true);

    const another = await make("demo");
    expect(another.code).not.toBe(0);
    expect(another.output).toContain("an earlier demo still runs: end it with `make demo-stop`");
    expect(kept.every(isRunning)).toBe(true);

    const stop = await make("demo-stop");
    expect(stop.code).toBe(0);
    await expect.poll(() => kept.some(isRunning), { timeout: 30_000 }).toBe(false);
    expect(existsSync(stateFile)).toBe(false);
  });

  test("WITH=argocd ends with objects in the cluster", async () => {
    const env = cacheOf({ cluster: "processes", withArgoCD: true });
    const demo = await make("demo WITH=argocd", undefined, env);
    expect(demo.output).toContain("The demo is complete.");
    const live = [...demo.output.matchAll(/^ +live: +\S+:(1\.\d\.0), release (\d)$/gm)];
    expect(live.map(([, version, number]) => `${version} ${number}`)).toEqual([
      "1.4.0 1",
      "1.5.0 3",
      "1.4.0 1",
    ]);
    expect(demo.code).toBe(0);
    expect(existsSync(stateFile)).toBe(false);
  }, 300_000);

  test("fails when the registry is killed midway, and leaves nothing running", async () => {
    let killed = false;
    let all: readonly SavedProcess[] = [];
    const demo = await make("demo", (output) => {
      if (killed || !output.includes("Three environments")) return;
      killed = true;
      all = savedProcesses();
      const registry = all.find(({ name }) => name === "registry");
      if (registry !== undefined) process.kill(registry.pid, "SIGKILL");
    });
    expect(killed).toBe(true);
    expect(demo.output).toContain("The demo failed");
    expect(demo.code).not.toBe(0);
    expect(all.some(isRunning)).toBe(false);
  }, 180_000);

  describe("CLUSTER=kind, with doubles of kind and the engine", () => {
    const programs = mkdtempSync(join(tmpdir(), "forge-demo-kind-"));
    const log = join(programs, "log");
    const path = { PATH: `${programs}:${process.env["PATH"]}` };

    /** Notes its arguments; this machine may have neither program. */
    const double = (name: string, script: string): void => {
      const file = join(programs, name);
      writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> ${log}\n${script}\n`);
      chmodSync(file, 0o755);
    };

    afterAll(() => rmSync(programs, { recursive: true, force: true }));

    test("is played by people whom the administrator impersonates, and deletes its cluster", async () => {
      const plane = await startControlPlane({ folder: join(programs, "control-plane") });
      try {
        const create = `cp ${plane.kubeconfig} "$6"`;
        double("docker", "exit 0");
        double("kind", `case "$*" in "create cluster"*) ${create} ;; esac`);
        const env = cacheOf({ cluster: "kind", withArgoCD: false });
        const demo = await make("demo CLUSTER=kind", undefined, { ...env, ...path });
        expect(demo.output).toContain("The demo is complete.");
        expect(demo.code).toBe(0);
        const ours = `--name forge-demo --kubeconfig ${join(demoFolder, "kubeconfig")}`;
        const commands = readFileSync(log, "utf8").trim().split("\n");
        expect(commands.filter((command) => command.startsWith("kind delete"))).toHaveLength(2);
        expect(commands.at(-1)).toBe(`kind delete cluster ${ours}`);
      } finally {
        await plane.stop();
      }
    });

    test("ends with one line where no engine answers", async () => {
      double("docker", `echo "ERROR: Cannot connect to the Docker daemon" >&2; exit 1`);
      const demo = await make("demo CLUSTER=kind", undefined, path);
      const said = demo.output
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("make"));
      expect(said).toEqual([
        expect.stringMatching(/^CLUSTER=kind needs a container engine .*Cannot connect/),
      ]);
      expect(demo.code).not.toBe(0);
    });
  });
});
