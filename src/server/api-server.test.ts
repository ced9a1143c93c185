import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { makeCertificate } from "../../controller/kube/testing/certificate.ts";
import {
  type LoggedLine,
  ManualClock,
  recordingLogger,
} from "../../controller/kube/testing/index.ts";
import { createLogger } from "../telemetry/index.ts";
import { ApiServer } from "./api-server.ts";

const folder = mkdtempSync(join(tmpdir(), "forge-tls-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A connection that stays, and the name in the certificate that it was shown. */
async function opened(port: number) {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", resolve).once("error", reject);
  });
  const ask = async () => {
    socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    const [answer] = (await new Promise<Buffer>((resolve) => socket.once("data", resolve)))
      .toString()
      .split("\r\n");
    return answer;
  };
  return { name: socket.getPeerCertificate().subject.CN, ask };
}

test("a certificate that is renewed is shown to who comes next, and ends nothing", async () => {
  const [old, renewed] = ["old", "renewed"].map((name) => makeCertificate(folder, name));
  let files: () => Promise<{ cert: string; key: string }> = async () => old as never;
  const clock = new ManualClock();
  const lines: LoggedLine[] = [];
  const log = {
    ...createLogger("error", {}, { write: () => undefined }),
    ...recordingLogger(lines),
  };
  const server = new ApiServer({
    app: { fetch: () => new Response("here") },
    ...{ host: "127.0.0.1", port: 0, graceMs: 1, clock, stopping: new AbortController() },
    log: log as never,
    tls: () => files(),
  });
  const port = await server.start();
  onTestFinished(async () => {
    const stopped = server.stop();
    clock.advance(1);
    await stopped;
  });
  const first = await opened(port);
  expect(first.name).toBe("old");
  const look = async () => {
    clock.advance(60_000);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  };

  // Half of what is written, or a file that is away for a moment: the old one goes on.
  files = async () => ({ cert: old?.cert ?? "", key: renewed?.key ?? "" });
  await look();
  files = () => Promise.reject(new Error("ENOENT"));
  await look();
  expect((await opened(port)).name).toBe("old");
  const warnings = lines.filter(({ level }) => level === "warn");
  expect(warnings.map(({ message }) => message)).toEqual(
    Array.from({ length: 2 }, () => "certificate not read again"),
  );

  files = async () => renewed as never;
  await look();
  expect((await opened(port)).name).toBe("renewed");
  expect(await first.ask()).toBe("HTTP/1.1 200 OK");
});
