import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownNetwork } from "../../../src/network/index.ts";
import { RegistryClient } from "../../../src/oci/index.ts";
import { createCertificate, type TestCertificate } from "../../ground/index.ts";

const signal = AbortSignal.timeout(60_000);
let folder: string;
let [own, client, stranger]: TestCertificate[] = [];

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function close(server: Server): void {
  server.closeAllConnections();
  server.close();
}

/** A registry that lets in who shows a certificate. */
let registry: Server;
let host: string;
/** A proxy that tells where it was asked to connect to. */
let proxy: Server;
let proxyHost: string;
const tunnels: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "forge-connections-"));
  [own, client, stranger] = ["own", "client", "stranger"].map((name) =>
    createCertificate(folder, name),
  );
  const tls = { cert: own?.cert, key: own?.key, ca: client?.cert, requestCert: true };
  registry = createHttpsServer({ ...tls, rejectUnauthorized: true }, (_request, response) =>
    response.end("{}"),
  ) as unknown as Server;
  host = await listen(registry);
  proxy = createHttpServer();
  proxy.on("connect", ({ url = "" }, socket) => {
    tunnels.push(url);
    const [hostname, port] = url.split(":");
    const target = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    target.on("error", () => socket.destroy());
    socket.on("error", () => target.destroy());
  });
  proxyHost = await listen(proxy);
});

afterAll(() => {
  close(registry);
  close(proxy);
  rmSync(folder, { recursive: true, force: true });
});

function settings(certificate: TestCertificate | undefined) {
  return {
    ...(own && { ca: own.cert }),
    ...(certificate && { cert: certificate.cert, key: certificate.key }),
  };
}

describe("a client certificate", () => {
  test("is shown to the host that it is for", async () => {
    await using registryClient = new RegistryClient({
      network: ownNetwork(),
      hosts: { [host]: settings(client) },
    });
    await expect(registryClient.ping(host, signal)).resolves.toBeUndefined();
  });

  test.each([
    ["none", () => undefined],
    ["another's", () => stranger],
  ])("%s is refused", async (_what, certificate) => {
    await using registryClient = new RegistryClient({
      network: ownNetwork(),
      hosts: { [host]: settings(certificate()) },
      sleep: async () => undefined,
    });
    await expect(registryClient.ping(host, signal)).rejects.toMatchObject({
      code: "RegistryUnreachable",
    });
  });
});

describe("a proxy", () => {
  test("of a host is used for it, through a tunnel", async () => {
    tunnels.length = 0;
    const through = { ...settings(client), proxy: `http://${proxyHost}` };
    await using registryClient = new RegistryClient({
      network: ownNetwork(),
      hosts: { [host]: through },
    });
    await registryClient.ping(host, signal);
    expect(tunnels).toEqual([host]);
  });

  test("for all hosts is used but for those named", async () => {
    tunnels.length = 0;
    const hosts = { [host]: settings(client) };
    await using all = new RegistryClient({
      network: ownNetwork(),
      hosts,
      proxy: { url: `http://${proxyHost}` },
    });
    await all.ping(host, signal);
    expect(tunnels).toEqual([host]);
    await using none = new RegistryClient({
      network: ownNetwork(),
      ...{ hosts, proxy: { url: `http://${proxyHost}`, noProxy: "127.0.0.1" } },
    });
    await none.ping(host, signal);
    expect(tunnels).toEqual([host]);
  });
});
