import { join } from "node:path";
import { fetch } from "undici";
import { locateTool } from "../../tools/locate.ts";
import { freePort } from "./free-port.ts";
import { type RunningProcess, startProcess } from "./process.ts";

export interface ControllerOptions {
  readonly kubeconfig: string;
  readonly registry: string;
  readonly logFile: string;
  readonly namespace?: string;
  readonly args?: readonly string[];
  /** The program to run; its source when absent. */
  readonly program?: string;
  /** A command in front of the flags that starts it in some other way. */
  readonly command?: readonly [string, ...string[]];
}

const source = join(import.meta.dirname, "..", "..", "cmd", "forge-controller", "main.ts");

export interface Controller {
  readonly process: RunningProcess;
  /** Address of /healthz, /readyz and /metrics. */
  readonly url: string;
}

/** Starts forge-controller as a process of its own. */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // A bundle has it beside it.
  const isSource = options.program === undefined && options.command === undefined;
  const cue = isSource ? locateTool("cue.wasm") : undefined;
  const [command, ...first] = options.command ?? [process.execPath, options.program ?? source];
  const running = await startProcess({
    name: "forge-controller",
    command,
    args: [
      ...first,
      `--kubeconfig=${options.kubeconfig}`,
      `--registry=${options.registry}`,
      "--bind-address=127.0.0.1",
      `--port=${port}`,
      "--log-level=debug",
      ...(options.namespace ? [`--namespace=${options.namespace}`] : []),
      ...(cue === undefined ? [] : [`--cue-module=${cue}`]),
      ...(options.args ?? []),
    ],
    logFile: options.logFile,
    ready: async () => (await fetch(`${url}/readyz`)).ok,
  });
  return { process: running, url };
}
