import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { Agent, fetch, request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Server, tokenOf } from "../../ground/index.ts";
import { type ApiAnswer, ApiClient, startServerFor } from "../ground/api-client.ts";
import { Workspace } from "../ground/workspace.ts";

const clients = 500;
const streams = 200;
const peakBytes = 450 * 1_024 * 1_024;

const workspace = new Workspace("api-load");
const { namespace } = workspace;
const { people } = workspace.ground;
const place = { repository: workspace.repository, project: "auth" };

function peakOf(server: Server): number {
  const status = readFileSync(`/proc/${server.process.pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1_024;
}

describe("many at once", () => {
  let server: Server;
  let alice: ApiClient;

  beforeAll(async () => {
    await workspace.create();
    await workspace.bind("alice", "forge-view", "forge-deployer", "forge-admin");
    await workspace.apply(workspace.environment("dev"), workspace.project("auth"));
    const limits = ["--streams-per-caller=200", "--rate=100000", "--burst=100000"].concat(
      "--connections-per-address=4096",
    );
    const concurrency = ["--concurrency=600", "--concurrency-per-caller=600"];
    server = await startServerFor(workspace, { args: [...limits, ...concurrency] });
    alice = ApiClient.as(server, workspace, "alice");
  });

  afterAll(() => server.process.stop());

  test(`${streams} listeners hear of a change, ${clients} clients are answered, and memory is bounded`, async () => {
    const dispatcher = new Agent({ connections: null });
    const headers = { authorization: `Bearer ${alice.token}` };
    const stop = new AbortController();
    const heard = Array.from({ length: streams }, async () => {
      const answer = await fetch(`${server.url}/v1/events`, {
        ...{ headers, dispatcher },
        signal: stop.signal,
      });
      let text = "";
      for await (const part of answer.body ?? []) {
        text += Buffer.from(part as Uint8Array).toString("utf8");
        if (text.includes(`"namespace":"${workspace.namespace}"`)) return answer.status;
      }
      return 0;
    });
    const asked = Array.from({ length: clients }, async () => {
      const statuses: number[] = [];
      for (let n = 0; n < 4; n++) {
        const answer = await request(`${server.url}/v1/matrix`, { headers, dispatcher });
        await answer.body.dump();
        statuses.push(answer.statusCode);
      }
      return statuses;
    });
    const answers = (await Promise.all(asked)).flat();
    expect(answers.filter((status) => status !== 200)).toEqual([]);
    const refused = await alice.get("/v1/events");
    expect([refused.status, refused.body.reason]).toEqual([429, "RateLimited"]);
    await workspace.apply(workspace.environment("prod"));
    expect(await Promise.all(heard)).toEqual(Array.from({ length: streams }, () => 200));
    stop.abort();
    expect(peakOf(server)).toBeLessThan(peakBytes);
    await dispatcher.destroy();
  });

  test("who listened no longer holds a place", async () => {
    await expect
      .poll(
        async () => {
          const stop = new AbortController();
          const headers = { authorization: `Bearer ${alice.token}` };
          const answer = await fetch(`${server.url}/v1/events`, { headers, signal: stop.signal });
          stop.abort();
          return answer.status;
        },
        { timeout: 30_000 },
      )
      .toBe(200);
  });

  test("tokens of nobody are soon not even asked about", async () => {
    const strangers = Array.from(
      { length: 120 },
      (_, n) => new ApiClient(server.url, `nobody-${n}`),
    );
    const answers: ApiAnswer[] = [];
    for (const stranger of strangers) answers.push(await stranger.get("/v1/me"));
    const statuses = new Set(answers.map(({ status }) => status));
    expect(statuses).toEqual(new Set([401, 429]));
    const limited = answers.find(({ status }) => status === 429);
    expect(Number(limited?.headers.get("retry-after"))).toBeGreaterThan(0);
    // Callers behind the same address are not held up by them, be they known or not.
    expect((await alice.get("/v1/me")).status).toBe(200);
    await workspace.kubectl.output(["-n", namespace, "create", "serviceaccount", "pipeline"]);
    const created = await workspace.kubectl.output([
      ...["-n", namespace, "create", "token", "pipeline"],
    ]);
    const pipeline = new ApiClient(server.url, created.trim());
    expect((await pipeline.get("/v1/me")).status).toBe(200);
  });
});

describe("limits, and an end in order", () => {
  test("one caller's rate is his own", async () => {
    const server = await startServerFor(workspace, {
      name: "slow",
      args: ["--rate=1", "--burst=5"],
    });
    const alice = ApiClient.as(server, workspace, "alice");
    const answers = await Promise.all(Array.from({ length: 20 }, () => alice.get("/v1/me")));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(12);
    const bob = ApiClient.as(server, workspace, "bob");
    expect((await bob.get("/v1/me")).status).toBe(200);
    await server.process.stop();
  });

  test.each([
    { who: "one caller", headers: () => `authorization: Bearer ${tokenOf(people.alice)}\r\n` },
    { who: "nobody", headers: () => "" },
  ])("slow bodies of $who keep nobody else out", async ({ headers }) => {
    const server = await startServerFor(workspace, {
      name: "slow-bodies",
      args: ["--concurrency=4", "--concurrency-per-caller=2"],
    });
    const { hostname, port } = new URL(server.url);
    const head = `POST /v1/releases HTTP/1.1\r\nhost: x\r\n${headers()}`;
    const body = "content-type: application/json\r\ncontent-length: 1000\r\n\r\n{";
    const sockets = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = connect(Number(port), hostname);
        socket.on("error", () => undefined);
        await once(socket, "connect");
        socket.write(head + body);
        return socket;
      }),
    );
    // Requests that are refused at once are answered by now.
    await expect
      .poll(() => sockets.filter(({ bytesRead }) => bytesRead > 0).length)
      .toBeGreaterThan(11);
    const bob = ApiClient.as(server, workspace, "bob");
    const answers = await Promise.all(Array.from({ length: 4 }, () => bob.get("/v1/me")));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const written = await bob.post("/v1/releases", {});
    expect([written.status, written.body.reason]).toEqual([400, "RequestInvalid"]);
    for (const socket of sockets) socket.destroy();
    const metrics = async () => (await fetch(`${server.healthUrl}/metrics`)).text();
    await expect.poll(metrics).toContain('slots_in_use{pool="bodies"} 0');
    await server.process.stop();
  });

  test("a stream ends, and the process too, when it is told to stop", async () => {
    const server = await startServerFor(workspace, { name: "stopped" });
    const alice = ApiClient.as(server, workspace, "alice");
    const headers = { authorization: `Bearer ${alice.token}` };
    const answer = await fetch(`${server.url}/v1/events`, { headers });
    const ended = answer.text();
    server.process.kill("SIGTERM");
    expect(await ended).toContain(": listening");
    await server.process.exited;
    expect(readFileSync(server.process.logFile, "utf8")).toContain('"msg":"stopped"');
  });
});

describe("a ledger that cannot be opened", () => {
  let server: Server;
  let alice: ApiClient;

  beforeAll(async () => {
    server = await startServerFor(workspace, {
      name: "no-ledger",
      args: ["--ledger=/proc/none/l.db"],
    });
    alice = ApiClient.as(server, workspace, "alice");
  });

  afterAll(() => server.process.stop());

  test("reads go on", async () => {
    const { status, body } = await alice.get(`/v1/matrix?namespace=${workspace.namespace}`);
    expect([status, body.items.length]).toEqual([200, 1]);
  });

  test.each([
    { what: "the audit", path: "/v1/audit", body: undefined },
    {
      what: "a release",
      path: "/v1/releases",
      body: {
        ...place,
        commit: "a".repeat(40),
        trigger: { type: "Manual" },
        source: { manifests: "a: b" },
      },
    },
    {
      what: "a deployment",
      path: "/v1/deployments",
      body: { ...place, environment: "dev", release: "1" },
    },
  ])("$what is not to be had", async ({ path, body }) => {
    const answer = body === undefined ? await alice.get(path) : await alice.post(path, body);
    expect(answer).toMatchObject({ status: 503, body: { reason: "LedgerUnavailable" } });
  });

  test("a dry run asks the rules all the same", async () => {
    const wish = { ...place, environment: "dev", release: "1", dryRun: true };
    const { status, body } = await alice.post("/v1/deployments", wish);
    expect([status, body.reason]).toEqual([404, "ReleaseNotFound"]);
  });
});
