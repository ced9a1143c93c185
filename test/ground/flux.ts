import { setTimeout as sleep } from "node:timers/promises";
import { requireTool } from "../../tools/locate.ts";
import type { Kubectl } from "./command.ts";

export const fluxNamespace = "flux-system";

/** Puts Flux's kinds, as it publishes them, and its namespace into a cluster; no controllers. */
export async function installFlux(kubectl: Kubectl): Promise<void> {
  const definitions = [
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
