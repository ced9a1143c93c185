import { fetch } from "undici";
import { freePort } from "./free-port.ts";
import { type RunningProcess, startProcess } from "./process.ts";
import { programPath } from "./program-path.ts";

export interface ServerOptions {
  readonly kubeconfig: string;
  readonly logFile: string;
  readonly args?: readonly string[];
  /** The program to run; that of programPath when absent. */
  readonly program?: string;
  /** For Node itself. */
  readonly nodeArgs?: readonly string[];
}

export interface Server {
  readonly process: RunningProcess;
  readonly url: string;
  /** Address of /healthz, /readyz and /metrics. */
  readonly healthUrl: string;
}

/** Starts forge-server as a process of its own. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const [port, healthPort] = [await freePort(), await freePort()];
  const healthUrl = `http://127.0.0.1:${healthPort}`;
  const running = await startProcess({
    name: "forge-server",
    command: process.execPath,
    args: [
      ...(options.nodeArgs ?? []),
      options.program ?? programPath("forge-server"),
      `--kubeconfig=${options.kubeconfig}`,
      "--bind-address=127.0.0.1",
      `--port=${port}`,
      `--health-port=${healthPort}`,
      "--log-level=debug",
      ...(options.args ?? []),
    ],
    logFile: options.logFile,
    ready: async () => (await fetch(`${healthUrl}/readyz`)).ok,
  });
  return { process: running, url: `http://127.0.0.1:${port}`, healthUrl };
}
