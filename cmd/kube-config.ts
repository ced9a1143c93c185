import { KubeConfig } from "@kubernetes/client-node";

/** The given kubeconfig; without one, the usual places and a pod's service account. */
export function loadKubeConfig(file: string | undefined): KubeConfig {
  const config = new KubeConfig();
  if (file === undefined) config.loadFromDefault();
  else config.loadFromFile(file);
  return config;
}
