import { fetch } from "undici";
import { freePort } from "./free-port.ts";
import { type RunningProcess, startProcess } from "./process.ts";
import { programPath } from "./program-path.ts";

export interface PluginOptions {
  /** Socket to serve. */
  readonly socket: string;
  /** Registry prefix that images may come from. */
  readonly registry: string;
  readonly logFile: string;
  readonly args?: readonly string[];
  /** The program to run; that of programPath when absent. */
  readonly program?: string;
  /** For Node itself. */
  readonly nodeArgs?: readonly string[];
}

export interface Plugin {
  readonly process: RunningProcess;
  /** Address of /healthz, /readyz and /metrics. */
  readonly url: string;
}

/** Starts forge-argocd-plugin as a process of its own. */
export async function startPlugin(options: PluginOptions): Promise<Plugin> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const running = await startProcess({
    name: "forge-argocd-plugin",
    command: process.execPath,
    args: [
      ...(options.nodeArgs ?? []),
      options.program ?? programPath("forge-argocd-plugin"),
      `--registry=${options.registry}`,
      `--socket=${options.socket}`,
      "--bind-address=127.0.0.1",
      `--port=${port}`,
      ...(options.args ?? []),
    ],
    logFile: options.logFile,
    ready: async () => (await fetch(`${url}/readyz`)).ok,
  });
  return { process: running, url };
}
