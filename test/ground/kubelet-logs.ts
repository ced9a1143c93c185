import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TestCertificate } from "./registry.ts";

export interface KubeletLogs {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * The part of a kubelet that an API server asks for logs, on loopback: /containerLogs/<namespace>/
 * <pod>/<container>. It stands in where no node is, and says what it is told to.
 */
export async function startKubeletLogs(
  certificate: TestCertificate,
  logOf: (path: string, previous: boolean) => string | undefined,
): Promise<KubeletLogs> {
  const { cert, key } = certificate;
  const server = createServer({ cert, key }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "https://kubelet");
    const path = pathname.replace(/^\/containerLogs\//, "");
    const text = logOf(path, searchParams.get("previous") === "true");
    if (text === undefined) response.writeHead(404).end("no such log");
    else response.writeHead(200, { "content-type": "text/plain" }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
