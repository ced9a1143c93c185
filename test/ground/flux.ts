import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fetch } from "undici";
import { requireTool } from "../../tools/locate.ts";
import type { Kubectl } from "./command.ts";
import { freePort } from "./free-port.ts";
import { type RunningProcess, startProcess } from "./process.ts";

export const fluxNamespace = "flux-system";

/** Puts Flux's kinds, as it publishes them, and its namespace into a cluster; no controllers. */
export async function installFlux(kubectl: Kubectl): Promise<void> {
  const definitions = [
    "source.toolkit.fluxcd.io_buckets",
    "source.toolkit.fluxcd.io_externalartifacts",
    "source.toolkit.fluxcd.io_gitrepositories",
    "source.toolkit.fluxcd.io_ocirepositories",
    "kustomize.toolkit.fluxcd.io_kustomizations",
  ];
  for (const name of definitions) {
    await kubectl.output(["apply", "--server-side", "-f", requireTool(`${name}.yaml`)]);
  }
  const deadline = Date.now() + 60_000;
  const plurals = definitions.map((name) => name.split("_").toReversed().join("."));
  while ((await kubectl.run(["get", plurals.join(","), "-A"])).code !== 0) {
    if (Date.now() > deadline) throw new Error("Flux's kinds are not served");
    await sleep(250);
  }
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: fluxNamespace } };
  await kubectl.output(["apply", "-f", "-"], JSON.stringify(namespace));
}

/** Starts Flux's kustomize-controller for its one namespace. */
export async function startKustomizeController(options: {
  readonly kubeconfig: string;
  readonly folder: string;
}): Promise<RunningProcess> {
  const temporary = join(options.folder, "kustomize-controller");
  mkdirSync(temporary, { recursive: true });
  const [metrics, health] = [await freePort(), await freePort()];
  return startProcess({
    name: "kustomize-controller",
    command: requireTool("kustomize-controller"),
    args: [
      ...["--watch-all-namespaces=false", "--events-addr="],
      ...[`--metrics-addr=127.0.0.1:${metrics}`, `--health-addr=127.0.0.1:${health}`],
    ],
    env: { KUBECONFIG: options.kubeconfig, RUNTIME_NAMESPACE: fluxNamespace, TMPDIR: temporary },
    logFile: join(temporary, "log"),
    ready: async () => (await fetch(`http://127.0.0.1:${health}/readyz`)).ok,
  });
}
