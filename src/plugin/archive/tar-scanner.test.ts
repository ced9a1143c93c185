import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readFiles } from "../application-folder.ts";
import { TarScanner } from "./tar-scanner.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "forge-tar-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** By the system's tar: an archive that we did not write ourselves. */
function archive(format: string, ...paths: string[]): Buffer {
  return execFileSync("tar", [
    `--format=${format}`,
    "--hard-dereference",
    "-C",
    folder,
    "-c",
    ...paths,
  ]);
}

function scan(tar: Buffer, path: string, pieceBytes = tar.byteLength): TarScanner {
  const scanner = new TarScanner(path, readFiles);
  for (let at = 0; at < tar.byteLength; at += pieceBytes) {
    scanner.push(tar.subarray(at, at + pieceBytes));
  }
  scanner.end();
  return scanner;
}

const formats = ["ustar", "gnu", "pax"];
const deep = `production/apps/${"component/".repeat(12)}${"x".repeat(60)}`;

describe("TarScanner", () => {
  describe.each(formats)("%s", (format) => {
    test.each([1, 511, 513, 100_000])("finds the files in pieces of %i bytes", (pieceBytes) => {
      put("a/b/release.yaml", "pointer");
      put("a/b/env.yaml", "x".repeat(5_000));
      put("a/b/README.md", "");
      put("a/b/sub/release.yaml", "another");
      put("a/release.yaml", "another");
      const { files, names } = scan(archive(format, "."), "a/b", pieceBytes);
      expect([...files].map(([name, bytes]) => [name, bytes.toString()]).toSorted()).toEqual([
        ["env.yaml", "x".repeat(5_000)],
        ["release.yaml", "pointer"],
      ]);
      expect([...names].toSorted()).toEqual(["README.md", "env.yaml", "release.yaml"]);
    });

    test("the folder may be the root of the archive", () => {
      put("release.yaml", "pointer");
      put("sub/env.yaml", "another");
      const { files } = scan(archive(format, "."), "");
      expect([...files.keys()]).toEqual(["release.yaml"]);
    });

    test("names that are long, or not ASCII", () => {
      const path = format === "ustar" ? deep.slice(0, 140) : `${deep}/größe`;
      put(`${path}/release.yaml`, "pointer");
      put(`${path}/${"y".repeat(90)}.md`, "");
      expect(scan(archive(format, "."), path).files.get("release.yaml")?.toString()).toBe(
        "pointer",
      );
    });

    test("links elsewhere are nobody's business", () => {
      put("a/release.yaml", "pointer");
      symlinkSync("/etc/passwd", join(folder, "a/link"));
      symlinkSync("a", join(folder, "b"));
      expect(scan(archive(format, "."), "a").files.size).toBe(1);
      expect(scan(archive(format, "."), "b").files.size).toBe(0);
    });
  });

  test("a pointer that is a link is refused", () => {
    mkdirSync(join(folder, "a"));
    symlinkSync("/etc/passwd", join(folder, "a/release.yaml"));
    expect(() => scan(archive("gnu", "."), "a")).toThrow(/release\.yaml is no regular file/);
  });

  test("a pointer that is there twice is refused: another reader might take the other", () => {
    put("a/release.yaml", "first");
    expect(() => scan(archive("gnu", "a/release.yaml", "./a/release.yaml"), "a")).toThrow(
      /is in the archive twice/,
    );
  });

  test("a pointer that is too large is refused before it is read", () => {
    put("a/release.yaml", "x".repeat(70_000));
    expect(() => scan(archive("gnu", "."), "a")).toThrow(/more than 65536 bytes/);
  });

  test("long names without end are refused, though each of them may be so long", () => {
    const scanner = new TarScanner("", new Map());
    const entry = (name: string, size: number, type: string) => {
      const header = Buffer.alloc(512);
      header.write(name);
      header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
      header.fill(0x20, 148, 156);
      header.write(type, 156);
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
      return header;
    };
    const push = () => {
      for (let file = 0; file < 200; file++) {
        const name = Buffer.alloc(60 * 1024, `${file}-`);
        scanner.push(Buffer.concat([entry("", name.length, "L"), name, entry("x", 0, "0")]));
      }
    };
    expect(push).toThrow(expect.objectContaining({ code: "SourceTooLarge" }));
    expect(scanner.names.size).toBeLessThan(150);
  });

  test.each([
    { change: (tar: Buffer) => tar.subarray(0, 700), because: "it is cut off", says: /cut off/ },
    { change: () => Buffer.alloc(0), because: "it is empty", says: /cut off/ },
    {
      change: (tar: Buffer) => {
        tar[3] = 0x7a;
        return tar;
      },
      because: "a header was changed",
      says: /wrong checksum/,
    },
    {
      change: (tar: Buffer) => {
        tar.write("x".repeat(12), 124);
        let sum = 0;
        tar.fill(0x20, 148, 156);
        for (const byte of tar.subarray(0, 512)) sum += byte;
        tar.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
        return tar;
      },
      because: "a size is no number",
      says: /header that is none/,
    },
  ])("an archive is refused when $because", ({ change, says }) => {
    put("release.yaml", "pointer");
    expect(() => scan(change(archive("gnu", "release.yaml")), "")).toThrow(says);
  });

  test("a bomb is given up before it is through", () => {
    put("big", "");
    execFileSync("truncate", ["-s", "2G", join(folder, "big")]);
    const header = execFileSync("sh", ["-c", 'tar -C "$0" -c big | head -c 512', folder]);
    const scanner = new TarScanner("", readFiles);
    scanner.push(header);
    const zeros = Buffer.alloc(1 << 20);
    expect(() => {
      for (let mebibyte = 0; mebibyte < 2_000; mebibyte++) scanner.push(zeros);
    }).toThrow(/inflates to more than/);
  });

  test("an archive that goes on behind its end is refused", () => {
    const scanner = new TarScanner("", readFiles);
    expect(() => {
      for (let times = 0; times < 4; times++) scanner.push(Buffer.alloc(1 << 19));
    }).toThrow(/goes on behind its end/);
  });
});
