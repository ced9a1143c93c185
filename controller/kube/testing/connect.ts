import { KubeConfig } from "@kubernetes/client-node";
import { KubeClient } from "../client.ts";
import { Connection } from "../connection.ts";

/** A kubeconfig for a server without credentials. */
export function kubeConfigFor(server: string, caData?: string): KubeConfig {
  const config = new KubeConfig();
  const trust = caData === undefined ? { skipTLSVerify: true } : { skipTLSVerify: false, caData };
  config.loadFromClusterAndUser({ name: "double", server, ...trust }, { name: "tester" });
  return config;
}

export function connect(server: string): { connection: Connection; client: KubeClient } {
  const connection = new Connection(kubeConfigFor(server), { userAgent: "forge-test" });
  return { connection, client: new KubeClient(connection, { random: () => 0 }) };
}
