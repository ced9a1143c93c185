import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gzip, sha256Of } from "../../src/oci/index.ts";
import { compressed } from "./compressed.ts";

describe("compressed", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "forge-layers-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const archive = (text: string) => Buffer.from(text.repeat(100));
  const compress = (bytes: Buffer) => compressed(bytes, sha256Of(bytes), folder);

  test("the second time it answers the same bytes as the first", () => {
    const bytes = archive("one");
    const [first, second] = [compress(bytes), compress(bytes)];
    expect(Buffer.from(second).equals(first)).toBe(true);
    expect(Buffer.from(first).equals(gzip(bytes))).toBe(true);
  });

  test.each([
    { because: "its end was lost", damage: (bytes: Uint8Array) => bytes.subarray(0, 20) },
    { because: "it holds another archive", damage: () => gzip(archive("another")) },
  ])("a kept layer is made anew when $because", ({ damage }) => {
    const bytes = archive("kept");
    const first = compress(bytes);
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), damage(first));
    expect(gunzipSync(compress(bytes)).equals(bytes)).toBe(true);
  });

  test("it keeps a bounded number of layers", () => {
    for (let index = 0; index < 20; index++) compress(archive(`layer ${index}`));
    expect(readdirSync(folder).length).toBeLessThanOrEqual(8);
  });
});
