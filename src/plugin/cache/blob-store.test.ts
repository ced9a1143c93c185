import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BlobStore } from "./blob-store.ts";

const digestOf = (bytes: Uint8Array) =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const now = Date.UTC(2026, 10, 20);

let folder: string;
let warnings: string[];
let store: BlobStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "forge-blobs-"));
  warnings = [];
  store = open();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(options: { folder?: string; maxBytes?: number } = {}): BlobStore {
  const log = { warn: (_fields: object, message: string) => void warnings.push(message) };
  return new BlobStore({ folder, maxBytes: 1 << 20, now: () => now, log, ...options });
}

function fileOf(digest: string): string {
  return join(folder, digest.replace(":", "-"));
}

describe("BlobStore", () => {
  test("gives back what it was given, also to the next process", async () => {
    const bytes = Buffer.from("hello");
    await store.write(digestOf(bytes), bytes);
    expect(await open().read(digestOf(bytes))).toEqual(bytes);
    expect(statSync(fileOf(digestOf(bytes))).mode & 0o777).toBe(0o600);
  });

  test("a blob that was changed on disk is thrown away", async () => {
    const bytes = Buffer.from("hello");
    await store.write(digestOf(bytes), bytes);
    writeFileSync(fileOf(digestOf(bytes)), "hullo");
    expect(await store.read(digestOf(bytes))).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
    expect(warnings).toEqual(["a cached blob is damaged and is thrown away"]);
  });

  test("a digest that is a path is refused", async () => {
    await expect(store.read("sha256:../../etc/passwd")).rejects.toThrow(TypeError);
  });

  test("grows no further than its limit: what was used least recently goes", async () => {
    const small = open({ maxBytes: 10_000 });
    const blobs = Array.from({ length: 12 }, (_none, index) => Buffer.alloc(1_000, index));
    for (const [index, blob] of blobs.entries()) {
      await small.write(digestOf(blob), blob);
      const time = new Date(now - 100_000 + index * 1_000);
      utimesSync(fileOf(digestOf(blob)), time, time);
      // The first is used again and again.
      await small.read(digestOf(blobs[0] as Buffer));
    }
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(10_000);
    expect(await small.read(digestOf(blobs[0] as Buffer))).toBeDefined();
    expect(await small.read(digestOf(blobs[1] as Buffer))).toBeUndefined();
  });

  test("what a crashed process left half-written goes with the next sweep", async () => {
    const small = open({ maxBytes: 4_000 });
    const left = join(folder, `sha256-${"a".repeat(64)}.half`);
    writeFileSync(left, "half");
    const old = new Date(now - 3_600_000);
    utimesSync(left, old, old);
    for (let index = 0; index < 6; index++) {
      const blob = Buffer.alloc(900, index);
      await small.write(digestOf(blob), blob);
    }
    expect(readdirSync(folder).filter((name) => name.endsWith(".half"))).toEqual([]);
  });

  test("a disk that takes nothing is a warning, and no failure", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    const broken = open({ folder: join(file, "below") });
    const bytes = Buffer.from("x");
    await broken.write(digestOf(bytes), bytes);
    expect(await broken.read(digestOf(bytes))).toBeUndefined();
    expect(warnings).toContain("the cache on disk cannot be used");
  });
});
