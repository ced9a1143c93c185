import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createSocketServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Network, ownNetwork } from "./network.ts";
import type { NetworkOptions } from "./ports.ts";
import type { Lookup } from "./resolve.ts";

let server: Server;
let port: number;
let requests = 0;
const signal = AbortSignal.timeout(20_000);

beforeEach(async () => {
  requests = 0;
  server = createServer((_request, response) => {
    requests += 1;
    response.end("here");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

/** Answers one address after another, whatever is asked for. */
function answering(...addresses: readonly string[]): Lookup & { readonly calls: number } {
  let calls = 0;
  const lookup: Lookup = (_hostname, _options, answer) => {
    const address = addresses[Math.min(calls, addresses.length - 1)] ?? "";
    calls += 1;
    answer(null, [{ address, family: address.includes(":") ? 6 : 4 }]);
  };
  return Object.defineProperty(lookup, "calls", { get: () => calls }) as typeof lookup & {
    readonly calls: number;
  };
}

const failing: Lookup = (hostname, _options, answer) =>
  answer(new Error(`getaddrinfo ENOTFOUND ${hostname}`), []);

async function closedPort(): Promise<number> {
  const closed = createSocketServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port: freed } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, "close");
  return freed;
}

/** Speaks first, and no HTTP. */
async function startShell(): Promise<{ readonly port: number; close(): void }> {
  const shell = createSocketServer((socket) => socket.end("SSH-2.0-OpenSSH_10.2\r\n"));
  shell.listen(0, "127.0.0.1");
  await once(shell, "listening");
  return { port: (shell.address() as AddressInfo).port, close: () => shell.close() };
}

function tenants(options: Partial<NetworkOptions> = {}): Network {
  return new Network({
    allowedRanges: ["127.0.0.0/8"],
    ownHosts: [],
    sleep: () => Promise.resolve(),
    ...options,
  });
}

async function get(network: Network, url: string): Promise<string> {
  const connections = network.open();
  try {
    const answer = await connections.request({ url: new URL(url), method: "GET", signal });
    return await answer.body.text();
  } finally {
    await connections.close();
  }
}

describe("connections", () => {
  test("go to the address that was judged, though the name changes (DNS rebinding)", async () => {
    const lookup = answering("127.0.0.1", "169.254.169.254");
    expect(await get(tenants({ lookup }), `http://rebinding.example.com:${port}/`)).toBe("here");
    expect(lookup.calls).toBe(1);
  });

  test("one refused address of several refuses the name", async () => {
    const lookup: Lookup = (_hostname, _options, answer) =>
      answer(null, [
        { address: "127.0.0.1", family: 4 },
        { address: "169.254.169.254", family: 4 },
      ]);
    const url = `http://both.example.com:${port}/`;
    await expect(get(tenants({ lookup }), url)).rejects.toThrow("cannot be reached");
    await expect(get(ownNetwork({ lookup }), url)).rejects.toThrow("169.254.169.254");
    expect(requests).toBe(0);
  });

  test("to the API server are not made for a tenant, by whatever name", async () => {
    const apiServer = new URL(`http://127.0.0.1:${port}`);
    const lookup = answering("127.0.0.1");
    for (const host of ["127.0.0.1", "localhost", "api.example.com"]) {
      const url = `http://${host}:${port}/`;
      await expect(get(tenants({ apiServer, lookup }), url)).rejects.toThrow("cannot be reached");
    }
    expect(requests).toBe(0);
  });

  test("a proxy that a tenant names is judged like any other host", async () => {
    const proxy = { url: `http://127.0.0.1:${port}`, isOwn: false };
    const connections = tenants({ allowedRanges: [] }).open({ proxy });
    const url = new URL("http://git.example.com/");
    await expect(connections.request({ url, method: "GET", signal })).rejects.toThrow(
      "git.example.com cannot be reached",
    );
    await connections.close();
    expect(requests).toBe(0);
  });

  test("a proxy of the installation is asked for no literal address that is refused", async () => {
    const proxy = { url: `http://127.0.0.1:${port}`, isOwn: true };
    const connections = tenants().open({ proxy });
    const url = new URL("http://169.254.169.254/latest/meta-data");
    await expect(connections.request({ url, method: "GET", signal })).rejects.toThrow(
      "169.254.169.254 cannot be reached",
    );
    await connections.close();
    expect(requests).toBe(0);
  });
});

describe("a host of a tenant that is not reached", () => {
  test("says one thing and takes one time, whatever the cause", async () => {
    const shell = await startShell();
    const closed = await closedPort();
    const network = (options: Partial<NetworkOptions>) => {
      const waited: number[] = [];
      const sleep = (ms: number) => Promise.resolve(void waited.push(ms));
      return { network: tenants({ ...options, sleep }), waited };
    };
    const causes = [
      { because: "refused", options: { allowedRanges: [] }, target: port },
      { because: "link-local", options: { lookup: answering("169.254.169.254") }, target: port },
      { because: "closed", options: {}, target: closed },
      { because: "no HTTP", options: {}, target: shell.port },
      { because: "no such name", options: { lookup: failing }, target: port },
    ];
    const told: object[] = [];
    for (const { because, options, target } of causes) {
      const { network: tried, waited } = network({ lookup: answering("127.0.0.1"), ...options });
      const url = `http://git.example.com:${target}/`;
      const error: Error = await get(tried, url).then(
        () => new Error("reached"),
        (failure) => failure,
      );
      // The rest of three seconds.
      const isSlow = waited.length === 1 && (waited[0] ?? 0) > 1_000;
      told.push({ because, error: error.message.replace(String(target), "PORT"), isSlow });
    }
    shell.close();
    const error = "git.example.com:PORT cannot be reached";
    expect(told).toEqual(causes.map(({ because }) => ({ because, error, isSlow: true })));
  });

  test("tells the cause to the installation's log alone", async () => {
    const logged: object[] = [];
    const log = { warn: (fields: object) => void logged.push(fields) };
    const network = tenants({ log, allowedRanges: [], lookup: answering("10.0.0.1") });
    await expect(get(network, "http://git.example.com/")).rejects.toThrow("cannot be reached");
    expect(logged).toEqual([
      { host: "git.example.com", reason: "git.example.com: 10.0.0.1 is in no allowed range" },
    ]);
  });

  test("a host of the installation's own fails in its own words", async () => {
    const closed = await closedPort();
    const network = tenants({ allowedRanges: [], ownHosts: [`127.0.0.1:${closed}`] });
    await expect(get(network, `http://127.0.0.1:${closed}/`)).rejects.toThrow("ECONNREFUSED");
  });
});
