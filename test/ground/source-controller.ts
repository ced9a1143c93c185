import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fetch } from "undici";
import { requireTool } from "../../tools/locate.ts";
import { fluxNamespace } from "./flux.ts";
import { freePort } from "./free-port.ts";
import { type RunningProcess, startProcess } from "./process.ts";

/** Flux's own source-controller, where $SOURCE_CONTROLLER names one. */
export interface SourceController {
  readonly process: RunningProcess;
  /** Artifacts of Git repositories that it has stored since it started, by its log. */
  storedCommits(): number;
}

/** Starts it for Flux's one namespace; it serves what it fetched on a loopback port. */
export async function startSourceController(options: {
  readonly kubeconfig: string;
  readonly folder: string;
}): Promise<SourceController> {
  const folder = join(options.folder, "source-controller");
  const storage = join(folder, "storage");
  mkdirSync(storage, { recursive: true });
  const [metrics, health, files] = [await freePort(), await freePort(), await freePort()];
  const logFile = join(folder, "log");
  const process = await startProcess({
    name: "source-controller",
    command: requireTool("source-controller"),
    args: [
      ...["--watch-all-namespaces=false", "--events-addr=", "--log-encoding=json"],
      ...[`--metrics-addr=127.0.0.1:${metrics}`, `--health-addr=127.0.0.1:${health}`],
      ...[`--storage-path=${storage}`, `--storage-addr=127.0.0.1:${files}`],
      `--storage-adv-addr=127.0.0.1:${files}`,
    ],
    env: { KUBECONFIG: options.kubeconfig, RUNTIME_NAMESPACE: fluxNamespace, TMPDIR: folder },
    logFile,
    ready: async () => (await fetch(`http://127.0.0.1:${health}/readyz`)).ok,
  });
  return {
    process,
    storedCommits: () =>
      readFileSync(logFile, "utf8").split("stored artifact for commit").length - 1,
  };
}
