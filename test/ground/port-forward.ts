import { connect } from "node:net";
import { requireTool } from "../../tools/locate.ts";
import { freePort } from "./free-port.ts";
import { startProcess } from "./process.ts";

/** A pod's port, and who may reach it. */
export interface PodPort {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  /** For the log of `kubectl port-forward`. */
  readonly folder: string;
}

/**
 * Does some work while a port of a pod is a port of 127.0.0.1. A pod's own address is known in the
 * cluster alone.
 */
export async function forwardedPort<T>(
  { kubeconfig, namespace, pod, port, folder }: PodPort,
  work: (address: string) => Promise<T>,
): Promise<T> {
  const own = await freePort();
  const forwarding = await startProcess({
    name: "kubectl port-forward",
    command: requireTool("kubectl"),
    args: [
      ...["--kubeconfig", kubeconfig, "--namespace", namespace],
      ...["port-forward", `pod/${pod}`, `${own}:${port}`, "--address=127.0.0.1"],
    ],
    logFile: `${folder}/port-forward.log`,
    ready: () => accepts(own),
  });
  try {
    return await work(`127.0.0.1:${own}`);
  } finally {
    await forwarding.stop();
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
