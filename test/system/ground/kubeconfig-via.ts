import { readFileSync, writeFileSync } from "node:fs";

/** Writes a kubeconfig beside this one, with another address of the server. */
export function kubeconfigVia(original: string, server: string): string {
  const config = JSON.parse(readFileSync(original, "utf8")) as {
    clusters: { cluster: object }[];
  };
  const cluster = { server, "insecure-skip-tls-verify": true };
  const clusters = [{ ...config.clusters[0], cluster }];
  const file = `${original}-via-${new URL(server).port}`;
  writeFileSync(file, JSON.stringify({ ...config, clusters }), { mode: 0o600 });
  return file;
}

/** The authority that a kubeconfig names by a file. */
export function caOf(kubeconfig: string): string {
  const { clusters } = JSON.parse(readFileSync(kubeconfig, "utf8")) as {
    clusters: { cluster: { "certificate-authority"?: string } }[];
  };
  const file = clusters[0]?.cluster["certificate-authority"];
  if (file === undefined) throw new Error(`${kubeconfig} names no authority`);
  return readFileSync(file, "utf8");
}
