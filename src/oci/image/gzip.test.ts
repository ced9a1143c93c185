import { gzipSync as nodeGzip } from "node:zlib";
import { describe, expect, test } from "vitest";
import { sha256 } from "../testing/registry-double.ts";
import { gunzip, gzip } from "./gzip.ts";

describe("gzip", () => {
  test("the bytes are the same everywhere", () => {
    const text = Buffer.from("apiVersion: v1\nkind: ConfigMap\n".repeat(500));
    const compressed = gzip(text);
    expect([...compressed.subarray(0, 10)]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 0, 255]);
    expect(sha256(compressed)).toBe(
      "sha256:c3c54917c4484ad4b9503338ef81fd4a3207448fd86863b9cad92265639c6646",
    );
  });

  test("what is compressed is inflated again", async () => {
    const text = Buffer.from("a: b\n".repeat(10_000));
    expect(Buffer.from(await gunzip(gzip(text), text.byteLength, "it"))).toEqual(text);
  });

  test("a bomb is stopped at the limit", async () => {
    const bomb = nodeGzip(Buffer.alloc(32 * 1024 * 1024));
    expect(bomb.byteLength).toBeLessThan(64 * 1024);
    await expect(gunzip(bomb, 1024 * 1024, "the layer")).rejects.toMatchObject({
      code: "ImageInvalid",
      message: "the layer inflates to more than 1048576 bytes",
    });
  });

  test.each([
    [Buffer.from("no gzip")],
    [gzip(Buffer.from("abc")).subarray(0, 15)],
    [new Uint8Array()],
  ])("%# what is no gzip, or half of one, is refused", async (bytes) => {
    await expect(gunzip(bytes, 1_000, "the layer")).rejects.toThrow(/the layer is no gzip/);
  });
});
