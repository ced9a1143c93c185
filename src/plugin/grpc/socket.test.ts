import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { placeSocket } from "./socket.ts";

let folder: string;
let path: string;
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fs-"));
  path = join(folder, "forge-v1.sock");
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(folder, { recursive: true, force: true });
});

function listen(says: string) {
  const server = createServer((connection) => connection.end(says));
  servers.push(server);
  return (at: string) => new Promise<void>((resolve) => server.listen(at, resolve));
}

async function ask(): Promise<string> {
  const connection = connect(path);
  let heard = "";
  for await (const chunk of connection) heard += String(chunk);
  return heard;
}

describe("placeSocket", () => {
  test("the socket has its mode, and nothing is left beside it", async () => {
    await placeSocket(path, 0o660, listen("one"));
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect(readdirSync(folder)).toEqual(["forge-v1.sock"]);
    expect(await ask()).toBe("one");
  });

  test("a second server takes over, and the first does not take its socket away", async () => {
    const first = await placeSocket(path, 0o600, listen("one"));
    const second = await placeSocket(path, 0o600, listen("two"));
    await first.remove();
    servers[0]?.close();
    expect(await ask()).toBe("two");
    await second.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("what a killed server left is replaced", async () => {
    writeFileSync(path, "");
    await placeSocket(path, 0o600, listen("one"));
    expect(await ask()).toBe("one");
  });

  test("a path that no socket can have is named", async () => {
    const long = join(folder, `${"x".repeat(100)}.sock`);
    await expect(placeSocket(long, 0o600, listen("one"))).rejects.toThrow(/at most 107 bytes/);
    expect(readdirSync(folder)).toEqual([]);
  });
});
