import { fetch } from "undici";
import { locateTool } from "../../tools/locate.ts";
import { freePort } from "./free-port.ts";
import { type RunningProcess, startProcess } from "./process.ts";
import { programPath } from "./program-path.ts";

export interface ControllerOptions {
  readonly kubeconfig: string;
  readonly registry: string;
  readonly logFile: string;
  readonly namespace?: string;
  readonly args?: readonly string[];
  /** Variables, also instead of those of every test. */
  readonly env?: Readonly<Record<string, string>>;
  /** The program to run; that of programPath when absent. */
  readonly program?: string;
  /** For Node itself. */
  readonly nodeArgs?: readonly string[];
  /** A command in front of the flags that starts it in some other way. */
  readonly command?: readonly [string, ...string[]];
}

export interface Controller {
  readonly process: RunningProcess;
  /** Address of /healthz, /readyz and /metrics. */
  readonly url: string;
}

/** Starts forge-controller as a process of its own. */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // A program that `make build` made has it beside it.
  const isOwn = options.program === undefined && options.command === undefined;
  const cue = isOwn ? locateTool("cue.wasm") : undefined;
  const program = options.program ?? programPath("forge-controller");
  const [command, ...first] = options.command ?? [
    process.execPath,
    ...(options.nodeArgs ?? []),
    program,
  ];
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
    // Sources of tests are on this machine, and artifacts anywhere in its registry; the chart's
    // defaults are narrower. By variables, since a version before the flags would not start with them.
    env: {
      FORGE_ALLOWED_RANGES: "127.0.0.0/8",
      FORGE_ALLOWED_PREFIXES: options.registry.split("/")[0] ?? "",
      ...options.env,
    },
    logFile: options.logFile,
    ready: async () => (await fetch(`${url}/readyz`)).ok,
  });
  return { process: running, url };
}
