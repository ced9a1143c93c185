import { setTimeout as sleep } from "node:timers/promises";
import { requireTool } from "../../tools/locate.ts";
import { argoCDNamespace } from "./argocd.ts";
import type { Kubectl } from "./command.ts";

const partOf = { "app.kubernetes.io/part-of": "argocd" };

/**
 * Puts into a cluster what Argo CD's controllers look for, but for the controllers themselves.
 * @param name of their namespace
 */
export async function installArgoCD(kubectl: Kubectl, name = argoCDNamespace): Promise<void> {
  const definitions = ["application-crd", "applicationset-crd", "appproject-crd"];
  for (const definition of definitions) {
    // They are too large for the annotation that client-side apply leaves.
    const file = requireTool(`${definition}.yaml`);
    await kubectl.output(["apply", "--server-side", "--force-conflicts", "-f", file]);
  }
  await untilServed(kubectl, ["applications", "applicationsets", "appprojects"]);
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  await kubectl.output(["apply", "-f", "-"], JSON.stringify(namespace));
  await kubectl.apply(
    name,
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "argocd-cm", labels: partOf },
      data: {},
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "argocd-secret", labels: partOf },
      stringData: { "server.secretkey": "of-the-tests" },
    },
    // Only argocd-server makes it of itself.
    {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "AppProject",
      metadata: { name: "default" },
      spec: {
        sourceRepos: ["*"],
        destinations: [{ server: "*", namespace: "*" }],
        clusterResourceWhitelist: [{ group: "*", kind: "*" }],
      },
    },
  );
}

/** A definition that is new has no conditions yet, and `kubectl wait` fails on that. */
async function untilServed(kubectl: Kubectl, plurals: readonly string[]): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (const plural of plurals) {
    while ((await kubectl.run(["get", `${plural}.argoproj.io`, "-A"])).code !== 0) {
      if (Date.now() > deadline) throw new Error(`${plural} are not served`);
      await sleep(250);
    }
  }
}

/** The Secret by which Argo CD knows a repository, and how to enter it. */
export function argoCDRepository(name: string, fields: Readonly<Record<string, string>>): object {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, labels: { "argocd.argoproj.io/secret-type": "repository", ...partOf } },
    stringData: fields,
  };
}
