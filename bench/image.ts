import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fetch } from "undici";
import {
  freePort,
  installKinds,
  Kubectl,
  type RunningProcess,
  startController,
  startControlPlane,
  startPlugin,
  startProcess,
  startServer,
} from "../test/ground/index.ts";
import { memoryOf } from "./controller/process-figures.ts";
import { type Benchmark, median, type Result, type Row, timing } from "./frame.ts";
import { requestRows } from "./image/requests.ts";

const root = join(import.meta.dirname, "..");
const platform = `linux/${process.arch === "arm64" ? "arm64" : "amd64"}`;
const turns = 5;
/** By then a process that has nothing to do has come to rest. */
const restMs = 5_000;

interface Started {
  readonly ms: number;
  readonly megabytes: number;
}

async function measure(start: () => Promise<RunningProcess>): Promise<Started> {
  const begun = performance.now();
  const process = await start();
  const ms = performance.now() - begun;
  await sleep(restMs);
  const megabytes = memoryOf(process.pid).residentMb;
  await process.stop();
  return { ms, megabytes };
}

/** The least that a role could be: Node with an HTTP server, which is asked in the same way. */
function idleNode(folder: string): () => Promise<RunningProcess> {
  return async () => {
    const port = await freePort();
    const answer = "(request, response) => response.end()";
    return startProcess({
      name: "node",
      command: process.execPath,
      args: ["-e", `require("node:http").createServer(${answer}).listen(${port}, "127.0.0.1")`],
      logFile: join(folder, "node.log"),
      ready: async () => (await fetch(`http://127.0.0.1:${port}/`)).ok,
    });
  };
}

async function run(progress: (text: string) => void): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "forge-bench-image-"));
  progress("building the programs and the image");
  const archive = join(folder, "image.tar");
  const build = (script: string, ...args: readonly string[]) =>
    execFileSync(process.execPath, [join(root, "hack", script), ...args], { stdio: "ignore" });
  build("build.ts");
  build("image/main.ts", `--platform=${platform}`, `--output=${archive}`);
  const plane = await startControlPlane({ folder: join(folder, "plane") });
  try {
    await installKinds(new Kubectl(plane.kubeconfig));
    const of = { kubeconfig: plane.kubeconfig };
    const program = (name: string) => join(root, "dist", `${name}.js`);
    const logFile = (name: string) => join(folder, `${name}.log`);
    const roles: Readonly<Record<string, () => Promise<RunningProcess>>> = {
      "forge-controller": async () => {
        const options = {
          registry: "127.0.0.1:5000/releases",
          program: program("forge-controller"),
        };
        return (await startController({ ...of, ...options, logFile: logFile("controller") }))
          .process;
      },
      "forge-server": async () => {
        const options = {
          program: program("forge-server"),
          args: [`--ledger=${folder}/ledger.db`],
        };
        return (await startServer({ ...of, ...options, logFile: logFile("server") })).process;
      },
      "forge-argocd-plugin": async () => {
        const options = {
          registry: "127.0.0.1:5000/releases",
          program: program("forge-argocd-plugin"),
          socket: join(folder, "plugin.sock"),
        };
        return (await startPlugin({ ...options, logFile: logFile("plugin") })).process;
      },
      node: idleNode(folder),
    };
    const found = new Map<string, Started[]>(Object.keys(roles).map((name) => [name, []]));
    for (let turn = 0; turn < turns; turn += 1) {
      for (const [name, start] of Object.entries(roles))
        found.get(name)?.push(await measure(start));
      progress(`turn ${turn + 1} of ${turns}`);
    }
    const series = (name: string, figure: keyof Started) =>
      (found.get(name) ?? []).map((started) => started[figure]);
    const idle = median(series("node", "megabytes"));
    const rows = Object.keys(roles)
      .filter((name) => name !== "node")
      .flatMap((name): Row[] => {
        const resident = median(series(name, "megabytes"));
        const memory = { median: resident, runs: turns, reference: idle, ratio: resident / idle };
        return [
          timing(name, "process start to ready", series(name, "ms"), series("node", "ms")),
          { case: name, metric: "resident, idle", unit: "MB", ...memory },
        ];
      });
    const megabytes = statSync(archive).size / 1e6;
    const size: Row = {
      case: `image for ${platform}`,
      metric: "compressed",
      unit: "MB",
      median: megabytes,
      runs: 1,
    };
    return { rows: [size, ...rows, ...requestRows()], targets: [] };
  } finally {
    await plane.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a node has to pull, and how long it takes until a role works. */
export const image: Benchmark = {
  name: "image",
  about:
    "size of the image for one platform, and of each role on an empty cluster the time to ready and the memory at rest; beside it a Node that serves HTTP and does nothing else. Below, what charts ask for.",
  run,
};
