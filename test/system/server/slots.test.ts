import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openLedger } from "../../../src/ledger/index.ts";
import { type FaultProxy, type Server, startFaultProxy, startServer } from "../../ground/index.ts";
import { ApiClient } from "../ground/api-client.ts";
import { caOf, kubeconfigVia } from "../ground/kubeconfig-via.ts";
import { Workspace } from "../ground/workspace.ts";

/** More than sockets take without their reader, so that an export waits for it. */
const entries = 24_000;
const text = "x".repeat(700);

const workspace = new Workspace("slots");
const { namespace, ground } = workspace;
const events = "/v1/events";
const exported = `/v1/audit/export?namespace=${namespace}`;

/** Ends when the test says so: a response whose first chunk was read, and no more. */
interface Reading {
  readonly read: () => Promise<unknown>;
  readonly leave: () => Promise<void>;
}

describe("slots of streams", () => {
  let proxy: FaultProxy;
  let server: Server;
  let alice: ApiClient;
  let carol: ApiClient;

  beforeAll(async () => {
    await workspace.create();
    await workspace.bind("alice", "forge-view");
    const file = `${ground.folder}/${namespace}.db`;
    await fill(file);
    proxy = await startFaultProxy(ground.apiServer, caOf(ground.serverKubeconfig));
    server = await startServer({
      kubeconfig: kubeconfigVia(ground.serverKubeconfig, proxy.url),
      logFile: `${ground.folder}/${namespace}-server.log`,
      args: [`--ledger=${file}`],
    });
    alice = ApiClient.as(server, workspace, "alice");
    carol = ApiClient.as(server, workspace, "carol");
    const opened = async () => (await alice.get("/v1/audit")).status;
    await vi.waitUntil(async () => (await opened()) === 200, { timeout: 20_000 });
  });

  afterAll(async () => {
    await server.process.stop();
    await proxy.stop();
  });

  async function fill(file: string): Promise<void> {
    const ledger = await openLedger({ sqlite: file });
    for (let from = 0; from < entries; from += 1_000) {
      const facts = Array.from({ length: 1_000 }, (_, index) => ({
        ...{ key: `Test/${from + index}`, kind: "Action" as const, event: "Tested", namespace },
        ...{ subject: "test", details: { text } },
      }));
      await ledger.append(facts);
    }
    await ledger.close();
  }

  const inUse = async () => {
    const metrics = await (await fetch(`${server.healthUrl}/metrics`)).text();
    const found = [...metrics.matchAll(/^forge_server_slots_in_use\{pool="(\w+)"\} (\d+)$/gm)];
    return Object.fromEntries(found.map(([, pool, count]) => [pool, Number(count)]));
  };

  const ask = (path: string, client: ApiClient, init: RequestInit = {}) =>
    fetch(server.url + path, { headers: { authorization: `Bearer ${client.token}` }, ...init });

  async function reading(path: string, token: string | undefined): Promise<Reading> {
    const stop = new AbortController();
    const answer = await fetch(server.url + path, {
      headers: { authorization: `Bearer ${token}` },
      signal: stop.signal,
    });
    expect(answer.status).toBe(200);
    const reader = answer.body?.getReader();
    await reader?.read();
    return {
      read: async () => {
        for (;;) if ((await reader?.read())?.done !== false) return;
      },
      leave: async () => stop.abort(),
    };
  }

  /** Sends a request and is gone before its answer begins. */
  async function vanish(path: string): Promise<void> {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    const head = `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${alice.token}\r\n\r\n`;
    socket.write(head, () => socket.destroy());
    await once(socket, "close");
  }

  const endings = [
    {
      ending: "HEAD by somebody without rights",
      end: async () => {
        for (let n = 0; n < 10; n++) {
          expect((await ask(exported, carol, { method: "HEAD" })).status).toBe(200);
          expect((await ask(events, carol, { method: "HEAD" })).status).toBe(200);
        }
      },
    },
    {
      ending: "a client that is gone before the headers",
      end: async () => {
        await Promise.all(Array.from({ length: 10 }, () => vanish(exported)));
        await Promise.all(Array.from({ length: 10 }, () => vanish(events)));
      },
    },
    {
      ending: "a client that goes in the middle",
      end: async () => {
        const streams = await Promise.all([exported, events].map((p) => reading(p, alice.token)));
        expect(await inUse()).toMatchObject({ exports: 1, events: 1 });
        await Promise.all(streams.map(({ leave }) => leave()));
      },
    },
    {
      ending: "an export that was read to its end",
      end: async () => (await reading(exported, alice.token)).read(),
    },
  ];

  test.each(endings)("$ending gives them back", async ({ end }) => {
    await end();
    await expect.poll(inUse, { timeout: 20_000 }).toMatchObject({ exports: 0, events: 0 });
    expect((await ask(`${exported}&after=${entries - 1}`, alice)).status).toBe(200);
  });

  test("a token that is revoked and an API server that is away give them back", async () => {
    const token = await accountToken();
    const [revoked, cut] = await Promise.all(
      [token, alice.token].map((whose) =>
        Promise.all([exported, events].map((path) => reading(path, whose))),
      ),
    );
    expect(await inUse()).toMatchObject({ exports: 2, events: 2 });
    await workspace.kubectl.output(["-n", namespace, "delete", "serviceaccount", "reader"]);
    // The answer about a token is remembered for seconds.
    const me = (client: ApiClient) => async () => (await ask("/v1/me", client)).status;
    await expect.poll(me(new ApiClient("", token)), { timeout: 20_000 }).toBe(401);
    await expect(revoked?.[0]?.read()).rejects.toThrow("terminated");
    expect(await inUse()).toMatchObject({ exports: 1 });
    proxy.judge = () => ({ type: "reset" });
    proxy.resetAll();
    await expect.poll(me(alice), { timeout: 20_000 }).toBe(503);
    await expect(cut?.[0]?.read()).rejects.toThrow("terminated");
    await Promise.all([revoked?.[1]?.read(), cut?.[1]?.read()]);
    await expect.poll(inUse, { timeout: 20_000 }).toMatchObject({ exports: 0, events: 0 });
    proxy.judge = () => ({ type: "pass" });
  });

  async function accountToken(): Promise<string> {
    const { kubectl } = workspace;
    await kubectl.output(["-n", namespace, "create", "serviceaccount", "reader"]);
    await kubectl.output([
      ...["-n", namespace, "create", "rolebinding", "reader", "--clusterrole=forge-view"],
      `--serviceaccount=${namespace}:reader`,
    ]);
    const token = await kubectl.output(["-n", namespace, "create", "token", "reader"]);
    return token.trim();
  }
});
