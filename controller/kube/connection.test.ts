import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { KubeClient } from "./client.ts";
import { Connection } from "./connection.ts";
import type { Resource } from "./resource.ts";
import { makeCertificate } from "./testing/certificate.ts";
import { connect } from "./testing/connect.ts";
import { ApiServerDouble } from "./testing/index.ts";

const namespaces: Resource = {
  group: "",
  version: "v1",
  plural: "namespaces",
  kind: "Namespace",
  namespaced: false,
};
const key = { namespace: "", name: "default" };

let folder: string;
let tls: { key: string; cert: string };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "forge-connection-"));
  tls = makeCertificate(folder, "server");
  makeCertificate(folder, "other");
});

afterAll(() => rmSync(folder, { recursive: true }));

function overTls(server: ApiServerDouble, user: object = {}) {
  const config = new KubeConfig();
  const caFile = join(folder, "ca.crt");
  config.loadFromClusterAndUser(
    { name: "double", server: server.url, skipTLSVerify: false, caFile },
    { name: "tester", ...user },
  );
  const connection = new Connection(config, { userAgent: "forge-test" });
  return { connection, client: new KubeClient(connection) };
}

async function withServer(work: (server: ApiServerDouble) => Promise<void>): Promise<void> {
  const server = new ApiServerDouble(tls);
  server.store.put("namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "default" },
  });
  await server.start();
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

describe("over TLS", () => {
  test("calls one after the other share connections, many at once no more than sixteen", () =>
    withServer(async (server) => {
      writeFileSync(join(folder, "ca.crt"), tls.cert);
      const { connection, client } = overTls(server);
      for (let i = 0; i < 20; i++) await client.get(namespaces, key);
      expect(server.connections).toBeLessThanOrEqual(2);
      await Promise.all(Array.from({ length: 100 }, () => client.get(namespaces, key)));
      expect(server.connections).toBeLessThanOrEqual(16);
      await connection.close();
    }));

  test("watches do not take the connections of requests", () =>
    withServer(async (server) => {
      writeFileSync(join(folder, "ca.crt"), tls.cert);
      const { connection, client } = overTls(server);
      const stop = new AbortController();
      const options = { resourceVersion: "1", timeoutSeconds: 60, livenessMs: 60_000 };
      const watches = Array.from({ length: 20 }, async () => {
        const stream = client.watch(namespaces, { ...options, signal: stop.signal });
        for await (const _ of stream);
      });
      await vi.waitFor(() => expect(server.watches.size).toBe(20), { timeout: 20_000 });
      await client.get(namespaces, key);
      stop.abort();
      await Promise.allSettled(watches);
      await connection.close();
    }));

  test("a rotated CA is taken up: the old trust ends, the new begins", () =>
    withServer(async (server) => {
      const caFile = join(folder, "ca.crt");
      writeFileSync(caFile, tls.cert);
      const { connection, client } = overTls(server);
      await client.get(namespaces, key);
      writeFileSync(caFile, readFileSync(join(folder, "other.crt")));
      await expect(client.get(namespaces, key)).rejects.toMatchObject({ reason: "Unreachable" });
      writeFileSync(caFile, tls.cert);
      await client.get(namespaces, key);
      expect(server.requests).toHaveLength(2);
      await connection.close();
    }));

  test("credentials go with every request, and into no error", () =>
    withServer(async (server) => {
      writeFileSync(join(folder, "ca.crt"), tls.cert);
      const bearer = overTls(server, { token: "s3cret" });
      await bearer.client.get(namespaces, key);
      const basic = overTls(server, { username: "u", password: "s3cret" });
      await basic.client.get(namespaces, key);
      expect(server.requests.map((request) => request.headers.authorization)).toEqual([
        "Bearer s3cret",
        `Basic ${btoa("u:s3cret")}`,
      ]);
      const failure = bearer.client.get(namespaces, { namespace: "", name: "none" });
      await expect(failure).rejects.toSatisfy(
        (e: Error) => !`${e.message}${e.stack}`.includes("s3cret"),
      );
      await bearer.connection.close();
      await basic.connection.close();
    }));
});

test("http is refused unless the kubeconfig says that it is meant", async () => {
  const server = new ApiServerDouble();
  const url = await server.start();
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "double", server: url, skipTLSVerify: false },
    { name: "tester" },
  );
  const strict = new Connection(config, { userAgent: "forge-test" });
  const refusal = new KubeClient(strict).get(namespaces, key);
  await expect(refusal).rejects.toThrow("HTTP protocol is not allowed");
  const { client, connection } = connect(url);
  await expect(client.get(namespaces, key)).rejects.toMatchObject({ reason: "NotFound" });
  await connection.close();
  await server.stop();
});

test("a kubeconfig without a current cluster is refused at once", () => {
  expect(() => new Connection(new KubeConfig(), { userAgent: "x" })).toThrow("no cluster");
});
