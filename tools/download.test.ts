import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  accessSync,
  constants,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { downloadArchive, type Limits, usualLimits } from "./download.ts";
import { type Archive, archiveFolder, thisPlatform } from "./downloads.ts";

const folder = mkdtempSync(join(tmpdir(), "forge-download-"));
const good = tarOf({ "bin/one": "1", "bin/two": "2", readme: "not asked for" });
const servers: Server[] = [];

/** A tar.gz of files, and of links where a text begins with "->". */
function tarOf(files: Readonly<Record<string, string>>, ...flags: readonly string[]): Buffer {
  const content = mkdtempSync(join(folder, "content-"));
  for (const [name, text] of Object.entries(files)) {
    const path = join(content, name);
    mkdirSync(join(path, ".."), { recursive: true });
    if (text.startsWith("->")) symlinkSync(text.slice(2), path);
    else writeFileSync(path, text);
  }
  const names = Object.keys(files);
  const args = ["-czf", "-", "-C", content, ...flags, "--", ...names];
  return execFileSync("tar", args);
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function archiveWith(content: Buffer): Archive {
  const digest = createHash("sha512").update(content).digest("hex");
  return {
    name: "sample",
    version: "v1",
    pinnedBy: { folder: "sample", module: "example.com/sample" },
    address: "https://downloads.invalid/v1",
    files: { [thisPlatform]: { name: "sample.tar.gz", digest } },
    programs: { one: "bin/one", two: "bin/two" },
  };
}

/** Downloads from a server; returns the folder of the programs, and what else was left behind. */
async function download(
  archive: Archive,
  mirror: string,
  limits: Partial<Limits> = {},
  more: NodeJS.ProcessEnv = {},
) {
  const env = { XDG_CACHE_HOME: mkdtempSync(join(folder, "cache-")), DOWNLOADS: mirror, ...more };
  const cache = join(env.XDG_CACHE_HOME, "forge", "tools");
  const files = () =>
    globSync("**", { cwd: cache, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  const failure = await downloadArchive(archive, env, { ...usualLimits, ...limits }).then(
    () => undefined,
    (error: Error) => error.message,
  );
  return { place: archiveFolder(archive, env), files, folders: () => readdirSync(cache), failure };
}

describe("a published archive", () => {
  test("is unpacked into the cache: its programs alone, to be run", async () => {
    const mirror = await serve((request, response) => {
      response.end(request.url === "/v1/sample.tar.gz" ? good : "");
    });
    const { failure, place, files } = await download(archiveWith(good), mirror);
    expect(failure).toBeUndefined();
    expect(readFileSync(join(place, "one"), "utf8")).toBe("1");
    accessSync(join(place, "two"), constants.X_OK);
    expect(
      files()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(["one", "two"]);
  });

  test("may be somewhere else, to which the publisher redirects", async () => {
    const mirror = await serve((request, response) => {
      if (request.url === "/elsewhere") response.end(good);
      else response.writeHead(302, { location: "/elsewhere" }).end();
    });
    const { failure } = await download(archiveWith(good), mirror);
    expect(failure).toBeUndefined();
  });

  test("is asked for by the proxy of the environment", async () => {
    const asked: string[] = [];
    const proxy = await serve((request, response) => {
      asked.push(request.url ?? "");
      response.end(good);
    });
    const mirror = "http://mirror.invalid";
    const { failure } = await download(archiveWith(good), mirror, {}, { HTTP_PROXY: proxy });
    expect(failure).toBeUndefined();
    expect(asked).toEqual([`${mirror}/v1/sample.tar.gz`]);
  });

  const corrupted = Buffer.from(good);
  corrupted[corrupted.length >> 1] = (corrupted[corrupted.length >> 1] ?? 0) ^ 1;
  const stall: Partial<Limits> = { stallMs: 200 };
  const refusals: readonly {
    readonly because: string;
    readonly answer: RequestListener;
    readonly says: string;
    readonly limits?: Partial<Limits>;
  }[] = [
    {
      because: "one bit of it is another",
      answer: (_, response) => response.end(corrupted),
      says: `its SHA-512 is ${createHash("sha512").update(corrupted).digest("hex")}, not the pinned one`,
    },
    {
      because: "it ends early, and the server says nothing of its length",
      answer: (_, response) => response.end(good.subarray(0, 40)),
      says: "not the pinned one",
    },
    {
      because: "the connection breaks in the middle",
      answer: (_, response) => {
        response.writeHead(200, { "content-length": good.length });
        response.write(good.subarray(0, 40), () => response.destroy());
      },
      says: "other side closed",
    },
    {
      because: "the server stalls in the middle",
      answer: (_, response) => {
        response.writeHead(200, { "content-length": good.length });
        response.write(good.subarray(0, 40));
      },
      limits: stall,
      says: "nothing came for 0.2 s",
    },
    {
      because: "the server never answers",
      answer: () => undefined,
      limits: stall,
      says: "nothing came for 0.2 s",
    },
    {
      because: "it comes byte by byte",
      answer: (_, response) => {
        const drip = setInterval(() => response.write("x"), 20);
        response.once("close", () => clearInterval(drip));
      },
      limits: { wholeMs: 300 },
      says: "it was not complete within 0.3 s",
    },
    {
      because: "the server refuses",
      answer: (_, response) => response.writeHead(403).end(),
      says: "it answers 403",
    },
    {
      because: "it is larger than any archive",
      answer: (_, response) => response.end(good),
      limits: { archiveBytes: good.length - 1 },
      says: `it holds more than ${good.length - 1} bytes`,
    },
  ];

  test.each(refusals)("is given up in one line: $because", async ({ answer, says, limits }) => {
    const mirror = await serve(answer);
    const { failure, folders } = await download(archiveWith(good), mirror, limits);
    expect(failure).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1\/sample\.tar\.gz: .+$/);
    expect(failure).toContain(says);
    expect(folders()).toEqual([]);
  });

  test("is given up in one line: nobody listens", async () => {
    const mirror = await serve(() => undefined);
    servers.at(-1)?.close();
    const { failure } = await download(archiveWith(good), mirror);
    expect(failure).toMatch(/^http:\/\/.+\/v1\/sample\.tar\.gz: .*ECONNREFUSED.*$/);
  });

  test.each([
    {
      because: "a program is a link",
      content: tarOf({ "bin/one": "->/bin/sh", "bin/two": "2" }),
      limits: {},
      says: "it holds no file bin/one",
    },
    {
      because: "a program is missing",
      content: tarOf({ "bin/one": "1" }),
      limits: {},
      says: "bin/two: Not found in archive",
    },
    {
      because: "its content is larger than any program",
      content: tarOf({ "bin/one": "1".repeat(100_000), "bin/two": "2" }),
      limits: { unpackedBytes: 50_000 },
      says: "it holds more than 50000 bytes",
    },
    {
      because: "it is no tar",
      content: execFileSync("gzip", ["-c"], { input: "x".repeat(2_000) }),
      limits: {},
      says: "tar",
    },
    {
      because: "it is not compressed",
      content: Buffer.from("text"),
      limits: {},
      says: "incorrect header check",
    },
  ])("as pinned is given up all the same: $because", async ({ content, limits, says }) => {
    const mirror = await serve((_request, response) => response.end(content));
    const { failure, files } = await download(archiveWith(content), mirror, limits);
    expect(failure).toContain(says);
    expect(files()).toEqual([]);
  });

  test("writes nothing outside of its folder", async () => {
    const escape = "--transform=s,^readme,../../../escaped,";
    const content = tarOf({ "bin/one": "1", "bin/two": "2", readme: "out" }, "-P", escape);
    expect(execFileSync("tar", ["-tzPf", "-"], { input: content }).toString()).toContain("../");
    const mirror = await serve((_request, response) => response.end(content));
    const { failure, place } = await download(archiveWith(content), mirror);
    expect(failure).toBeUndefined();
    expect(globSync("**/escaped*", { cwd: folder })).toEqual([]);
    expect(statSync(join(place, "one")).isFile()).toBe(true);
  });
});
