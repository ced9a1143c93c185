import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ForgeError } from "../../api/index.ts";
import type { ApplicationFolder } from "../ports.ts";
import { requestLimit } from "../request-limit.ts";
import { PluginClient } from "../testing/plugin-client.ts";
import { PluginServer } from "./plugin-server.ts";

const path = "production/apps/company/monorepo/auth";

let folder: string;
let server: PluginServer;
let client: PluginClient;
let generate: (folder: ApplicationFolder, signal: AbortSignal) => Promise<readonly string[]>;
let results: unknown[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "fp-"));
  results = [];
  generate = async ({ pointer }) => [pointer];
  server = start();
  await server.start();
  client = new PluginClient(join(folder, "forge-v1.sock"));
});

afterEach(async () => {
  client.close();
  await server.stop(100);
  rmSync(folder, { recursive: true, force: true });
});

function start(): PluginServer {
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    child: () => log,
  };
  return new PluginServer({
    socket: join(folder, "forge-v1.sock"),
    socketMode: 0o660,
    generator: { generate: (application, signal) => generate(application, signal) },
    limit: requestLimit(2, 2),
    requestTimeoutMs: 10_000,
    metrics: { generated: (failure) => void results.push(failure) },
    log,
    now: Date.now,
  });
}

/** As Argo CD packs it: an entry for the folder itself, too. */
function archive(files: Readonly<Record<string, string>>): Buffer {
  const root = mkdtempSync(join(folder, "tar-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return gzipSync(execFileSync("tar", ["--format=ustar", "-C", root, "-c", "."]));
}

describe("PluginServer", () => {
  test("answers for the folder that it is sent, in pieces as small as Argo CD's", async () => {
    generate = async (application) => [JSON.stringify(application)];
    const tgz = archive({
      [`${path}/release.yaml`]: "pointer",
      [`${path}/env.yaml`]: "x".repeat(20_000),
      "README.md": "all of the repository",
    });
    const [answer = ""] = await client.generate({ path, appRelPath: path, tgz, chunkBytes: 1_024 });
    expect(JSON.parse(answer)).toEqual({
      path,
      pointer: "pointer",
      environmentConfig: "x".repeat(20_000),
    });
    expect(results).toEqual([undefined]);
  });

  test("the archive may begin at the folder itself", async () => {
    const tgz = archive({ "release.yaml": "pointer" });
    expect(await client.generate({ path, appRelPath: ".", tgz })).toEqual(["pointer"]);
  });

  test("discovery is off: Argo CD would send the repository for every question", async () => {
    expect(await client.configuration()).toEqual({
      isDiscoveryConfigured: false,
      provideGitCreds: false,
    });
  });

  test.each([
    { code: "ImageNotFound", status: 5, because: "not there" },
    { code: "ImageNotAllowed", status: 7, because: "not allowed" },
    { code: "RegistryUnreachable", status: 14, because: "unreachable" },
    { code: "ImageInvalid", status: 15, because: "does not verify" },
    { code: "PointerFileInvalid", status: 3, because: "for the writer of the file" },
  ] as const)("$code is status $status: $because", async ({ code, status }) => {
    generate = () =>
      Promise.reject(new ForgeError(code, "https://bob:hunter2@registry.example.com said no"));
    const failed = client.generate({ path, tgz: archive({ "release.yaml": "pointer" }) });
    await expect(failed).rejects.toMatchObject({
      code: status,
      details: expect.stringMatching(new RegExp(`^forge: ${code}: https://\\*\\*\\*@`)),
    });
    await expect(failed).rejects.not.toMatchObject({ details: expect.stringMatching("hunter2") });
  });

  const good = () => archive({ "release.yaml": "pointer" });
  test.each([
    { tgz: () => Buffer.from("no gzip"), says: /is no gzip/, because: "no gzip" },
    { tgz: () => good().subarray(0, 80), says: /is no gzip|cut off/, because: "half of one" },
    { tgz: () => gzipSync(Buffer.alloc(0)), says: /cut off/, because: "no tar" },
    { tgz: good, checksum: "0".repeat(64), says: /checksum/, because: "another checksum" },
    { tgz: good, appRelPath: "../etc", says: /leads out of/, because: "a way out" },
    { tgz: good, appRelPath: "/etc", says: /leads out of/, because: "an absolute path" },
    { tgz: good, appRelPath: "other", says: /holds no release\.yaml/, because: "another path" },
    {
      tgz: () => archive({ "release.yaml": "p", "extra.yml": "kind: ClusterRole" }),
      says: /holds extra\.yml/,
      because: "a foreign manifest",
    },
    { tgz: good, path: undefined, says: /ARGOCD_APP_SOURCE_PATH/, because: "no path" },
  ])("refuses $because", async ({ tgz, says, ...more }) => {
    const failed = client.generate({ path, ...more, tgz: tgz() });
    await expect(failed).rejects.toMatchObject({ code: 3, details: expect.stringMatching(says) });
  });

  test("a bomb is refused before it is inflated", async () => {
    const mebibyte = gzipSync(Buffer.alloc(1 << 20));
    const bomb = Buffer.concat([good(), ...Array.from({ length: 4_000 }, () => mebibyte)]);
    await expect(client.generate({ path, tgz: bomb })).rejects.toMatchObject({
      code: 8,
      details: expect.stringMatching(/goes on behind its end/),
    });
  });

  test("a deadline that comes near is answered before it passes, with what was wrong", async () => {
    generate = (_application, signal) =>
      new Promise((_resolve, reject) => {
        const down = new ForgeError("RegistryUnreachable", "nobody there");
        signal.addEventListener("abort", () => reject(down), { once: true });
      });
    const failed = client.generate({ path, tgz: good(), deadlineMs: 1_500 });
    await expect(failed).rejects.toMatchObject({ code: 14 });
  });

  test("who sends nothing is not waited for", async () => {
    const failed = client.generate({ path, tgz: good(), deadlineMs: 1_200, stall: true });
    await expect(failed).rejects.toMatchObject({ code: 4 });
  });

  test("a caller that gives up stops the work", async () => {
    const stopped = Promise.withResolvers<unknown>();
    generate = (_application, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          stopped.resolve(signal.reason);
          reject(signal.reason);
        });
        client.cancelAll();
      });
    await expect(client.generate({ path, tgz: good() })).rejects.toMatchObject({ code: 1 });
    expect(await stopped.promise).toMatchObject({ message: "Argo CD gave up" });
  });

  test("more than may be worked on or wait are refused", async () => {
    const gate = Promise.withResolvers<readonly string[]>();
    generate = () => gate.promise;
    const many = Array.from({ length: 5 }, () => client.generate({ path, tgz: good() }));
    const refused = await Promise.any(
      many.map((one) =>
        one.then(
          () => Promise.reject(new Error("answered")),
          (e: unknown) => e,
        ),
      ),
    );
    expect(refused).toMatchObject({ code: 8, details: expect.stringMatching("PluginOverloaded") });
    gate.resolve(["x"]);
    const settled = await Promise.allSettled(many);
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  });

  test("stopped, it lets what runs come to its end, and a newer one has the socket", async () => {
    const gate = Promise.withResolvers<readonly string[]>();
    const begun = Promise.withResolvers<void>();
    generate = () => {
      begun.resolve();
      return gate.promise;
    };
    const running = client.generate({ path, tgz: good() });
    await begun.promise;
    const old = server;
    server = start();
    await server.start();
    const stopping = old.stop(10_000);
    generate = async () => ["of the newer"];
    const newer = new PluginClient(join(folder, "forge-v1.sock"));
    expect(await newer.generate({ path, tgz: good() })).toEqual(["of the newer"]);
    newer.close();
    gate.resolve(["of the older"]);
    expect(await running).toEqual(["of the older"]);
    await stopping;
  });

  test("what does not end within the grace is cut off", async () => {
    generate = () => new Promise(() => undefined);
    const running = client.generate({ path, tgz: good() });
    running.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.stop(50);
    await expect(running).rejects.toMatchObject({ code: expect.any(Number) });
  });
});
