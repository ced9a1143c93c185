import { connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../controller/kube/testing/index.ts";
import { createLogger } from "../telemetry/index.ts";
import { ApiServer, type ConnectionLimits } from "./api-server.ts";

const log = createLogger("error", {}, { write: () => undefined });
const large = Buffer.alloc(32 * 1_024 * 1_024);

async function start(limits: Partial<ConnectionLimits>, isProxy = false): Promise<number> {
  const clock = new ManualClock();
  const server = new ApiServer({
    app: { fetch: () => new Response(large) },
    ...{ host: "127.0.0.1", port: 0, graceMs: 1, clock, stopping: new AbortController() },
    ...{ log, tls: undefined, limits, isProxy: () => isProxy },
  });
  const port = await server.start();
  onTestFinished(async () => {
    const stopped = server.stop();
    clock.advance(1);
    await stopped;
  });
  return port;
}

/** A connection that was made, and then did what `act` does. */
async function opened(port: number, act: (socket: Socket) => unknown = () => 0): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("connect", resolve));
  act(socket);
  return socket;
}

/** Resolves once the server has closed the connection. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once("close", resolve));

const request = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
const answered = (socket: Socket) =>
  new Promise<string>((resolve) => socket.once("data", (part) => resolve(String(part))));

describe("a connection does not last for its client's sake alone", () => {
  test.each([
    { because: "it sends no byte", limits: { headMs: 50 }, act: () => undefined },
    {
      because: "its head does not end",
      limits: { headMs: 50 },
      act: (socket: Socket) => socket.write("GET / HTTP/1.1\r\nx-slow: "),
    },
    {
      because: "it reads nothing of its answer",
      limits: { idleMs: 50 },
      act: (socket: Socket) => socket.pause().write(request),
    },
  ])("closed when $because", async ({ limits, act }) => {
    const socket = await opened(await start(limits), act);
    const end = closed(socket);
    // Node tells of an end only to who reads.
    setTimeout(() => socket.resume(), 200);
    await end;
    expect(socket.destroyed).toBe(true);
  });
});

describe("connections of one address", () => {
  test("have a share of all, which is free again when they close", async () => {
    const port = await start({ perAddress: 2 });
    const [first] = [await opened(port), await opened(port)];
    await closed(await opened(port));
    first?.destroy();
    await expect
      .poll(async () => {
        const socket = await opened(port, (one) => one.write(request));
        return Promise.race([answered(socket), closed(socket)]);
      })
      .toContain("200 OK");
  });

  test("are not counted where they are a proxy's, who stands for many", async () => {
    const port = await start({ perAddress: 1 }, true);
    const sockets = [await opened(port), await opened(port)];
    const answers = sockets.map(answered);
    for (const socket of sockets) socket.write(request);
    for (const answer of await Promise.all(answers)) expect(answer).toContain("200 OK");
  });
});
