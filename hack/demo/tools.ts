import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { ClusterMaker } from "../../test/ground/index.ts";
import { root } from "./root.ts";

export interface DemoShape {
  readonly cluster: ClusterMaker;
  /** Whether the story goes on to objects in the cluster. */
  readonly withArgoCD: boolean;
}

const argoCDKinds = ["application-crd.yaml", "applicationset-crd.yaml", "appproject-crd.yaml"];

/** Programs and files that the demo runs on, by the names of tools/modules.ts. */
export function toolsOf({ cluster, withArgoCD }: DemoShape): string[] {
  return [
    ...(cluster === "kind" ? [] : ["etcd", "kube-apiserver"]),
    ...["kubectl", "registry", "crane", "cue.wasm"],
    ...(withArgoCD ? ["argocd", ...argoCDKinds, "redis-server"] : []),
  ];
}

/**
 * Downloads or builds what is missing of the tools.
 * @throws Error when one of them cannot be had
 */
export function provideTools(names: readonly string[]): void {
  const build = join(root, "tools", "build.ts");
  const done = spawnSync(process.execPath, [build, ...names], { stdio: "inherit" });
  if (done.status !== 0) throw new Error("a program that it runs on could not be had");
}
