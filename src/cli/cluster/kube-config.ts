import { KubeConfig } from "@kubernetes/client-node";
import { ForgeError } from "../../api/index.ts";

/** The server that client-node takes where it finds no kubeconfig. */
const unconfigured = "http://localhost:8080";

export interface Target {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
}

/**
 * The kubeconfig as kubectl finds it: the file that is named, else $KUBECONFIG, ~/.kube/config, a
 * pod's service account. The namespace is that of the context, else default.
 */
export function loadKubeConfig({ kubeconfig, context, namespace }: Target): {
  readonly config: KubeConfig;
  readonly namespace: string;
} {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  if (config.getCurrentCluster()?.server === unconfigured) {
    throw new ForgeError("UsageInvalid", "there is no kubeconfig", {
      hint: "Name one by --kubeconfig or $KUBECONFIG, or use a server: forge login <url>.",
    });
  }
  if (context !== undefined) {
    const names = config.getContexts().map(({ name }) => name);
    if (!names.includes(context)) {
      throw new ForgeError("UsageInvalid", `the kubeconfig has no context ${context}`, {
        hint: `It has: ${names.join(", ") || "none"}.`,
      });
    }
    config.setCurrentContext(context);
  }
  const own = config.getContextObject(config.getCurrentContext())?.namespace;
  return { config, namespace: namespace ?? (own || "default") };
}
