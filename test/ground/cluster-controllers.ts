import { join } from "node:path";
import { Agent, fetch } from "undici";
import { requireTool } from "../../tools/locate.ts";
import type { ControlPlane } from "./control-plane.ts";
import { freePort } from "./free-port.ts";
import { type RunningProcess, startProcess } from "./process.ts";

/** Starts what makes pods of Deployments and gives them nodes, on loopback. */
export async function startClusterControllers(
  plane: ControlPlane,
  folder: string,
): Promise<readonly RunningProcess[]> {
  const start = async (name: string, ...args: readonly string[]): Promise<RunningProcess> => {
    const port = await freePort();
    return startProcess({
      name,
      command: requireTool(name),
      args: [
        ...args,
        `--kubeconfig=${plane.kubeconfig}`,
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        `--secure-port=${port}`,
        `--cert-dir=${join(folder, name)}`,
      ],
      logFile: join(folder, `${name}.log`),
      ready: () => isHealthy(port),
    });
  };
  return [
    await start(
      "kube-controller-manager",
      `--service-account-private-key-file=${plane.serviceAccountKey}`,
      `--root-ca-file=${plane.certificate}`,
    ),
    await start("kube-scheduler"),
  ];
}

/** Each serves with a certificate that it made itself. */
async function isHealthy(port: number): Promise<boolean> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  try {
    return (await fetch(`https://127.0.0.1:${port}/healthz`, { dispatcher })).ok;
  } finally {
    await dispatcher.close();
  }
}
