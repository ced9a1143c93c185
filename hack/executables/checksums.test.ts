import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checksumFile, writeChecksums } from "./checksums.ts";

test("sha256sum takes the checksums, and finds a file that was changed", () => {
  const folder = mkdtempSync(join(tmpdir(), "forge-checksums-"));
  try {
    writeFileSync(join(folder, "b"), "second");
    writeFileSync(join(folder, "a"), "first");
    writeChecksums(folder);
    // Its own checksum is never among them.
    writeChecksums(folder);
    const check = () =>
      execFileSync("sha256sum", ["--check", "--strict", checksumFile], {
        cwd: folder,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    expect(check()).toBe("a: OK\nb: OK\n");
    writeFileSync(join(folder, "b"), "changed");
    expect(check).toThrow("Command failed");
    expect(readFileSync(join(folder, checksumFile), "utf8")).toMatch(/^[0-9a-f]{64} {2}a\n/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
