import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTar, tarLimits, writeTar } from "./tar.ts";

const file = (name: string, text = "x") => ({ name, content: Buffer.from(text) });
const archive = writeTar([file("a.yaml", "one"), file("b.yaml", "two")]);

/** The archive with its first header changed, and the checksum made right again. */
function tampered(change: (header: Buffer) => void, source: Uint8Array = archive): Buffer {
  const bytes = Buffer.from(source);
  const header = bytes.subarray(0, 512);
  change(header);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return bytes;
}

function renamed(name: string): Buffer {
  return tampered((header) => {
    header.fill(0, 0, 100);
    header.write(name, 0, "latin1");
  });
}

const typed = (type: string) => tampered((header) => header.write(type, 156, "latin1"));

describe("the writer", () => {
  test("GNU tar reads what it writes", () => {
    const list = execFileSync("tar", ["-tvf", "-", "--utc", "--numeric-owner", "--full-time"], {
      input: archive,
      encoding: "utf8",
    });
    expect(
      list
        .trim()
        .split("\n")
        .map((line) => line.replace(/ +/g, " ")),
    ).toEqual([
      "-rw-r--r-- 0/0 3 1970-01-01 00:00:00 a.yaml",
      "-rw-r--r-- 0/0 3 1970-01-01 00:00:00 b.yaml",
    ]);
  });

  test("too much is refused before anything is built", () => {
    const half = { name: "a", content: { byteLength: tarLimits.bytesPerFile + 1 } as Uint8Array };
    expect(() => writeTar([half])).toThrow(expect.objectContaining({ code: "SourceTooLarge" }));
  });

  test("what is written is read back", () => {
    const files = fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,30}$/),
        content: fc.uint8Array({ maxLength: 1100 }),
      }),
      { selector: ({ name }) => name, maxLength: 8 },
    );
    fc.assert(
      fc.property(files, (written) => {
        const read = readTar(writeTar(written));
        expect(
          read.map(({ name, content }) => ({ name, content: Uint8Array.from(content) })),
        ).toEqual(
          written.map(({ name, content }) => ({ name, content: Uint8Array.from(content) })),
        );
      }),
    );
  });
});

describe("the reader refuses", () => {
  test.each([
    ["a parent folder", renamed("../x"), /"\.\.\/x" must have a flat name/],
    ["an absolute name", renamed("/etc/x"), /must have a flat name/],
    ["a folder in a name", renamed("a/b.yaml"), /must have a flat name/],
    ["the same name another way", renamed("./b.yaml"), /must have a flat name/],
    ["a drive", renamed("c:x"), /must have a flat name/],
    ["no name", renamed(""), /entry number 1 must have a flat name/],
    ["something behind a NUL", renamed("a\0b"), /must have a flat name/],
    ["upper case", renamed("A.yaml"), /must have a flat name/],
    ["a prefix", tampered((header) => header.write("dir", 345)), /must have a flat name/],
    ["the same name twice", renamed("b.yaml"), /"b\.yaml" is there twice/],
    ["a hard link", typed("1"), /"a\.yaml" is no regular file \(type "1"\)/],
    ["a symbolic link", typed("2"), /no regular file/],
    ["a character device", typed("3"), /no regular file/],
    ["a folder", typed("5"), /no regular file/],
    ["a PAX header", typed("x"), /no regular file/],
    ["a global PAX header", typed("g"), /no regular file/],
    ["a GNU long name", typed("L"), /no regular file/],
    ["a sparse file", typed("S"), /no regular file/],
    ["a link's target", tampered((header) => header.write("out", 157)), /is a link/],
    ["no ustar", tampered((header) => header.fill(0, 257, 265)), /no ustar header/],
    ["a negative size", tampered((header) => header.write("-1", 124)), /has no size/],
    ["a size in base 256", tampered((header) => header.writeUInt8(0x80, 124)), /has no size/],
    ["a size over the limit", tampered((header) => header.write("77777777777", 124)), /more than/],
    ["a size beyond the end", tampered((header) => header.write("00000007777", 124)), /is cut off/],
    ["half a header", archive.subarray(0, 300), /without its end mark/],
    ["no end mark", archive.subarray(0, 2048), /without its end mark/],
    ["nothing", new Uint8Array(), /without its end mark/],
    ["data after the end", Buffer.concat([archive, Buffer.from("x")]), /goes on after its end/],
  ])("%s", (_what, bytes, message) => {
    expect(() => readTar(bytes)).toThrow(
      expect.objectContaining({ code: "ImageInvalid", message: expect.stringMatching(message) }),
    );
  });

  test("a header that does not fit its checksum", () => {
    const bytes = Buffer.from(archive);
    bytes.write("c", 0);
    expect(() => readTar(bytes)).toThrow(/"c\.yaml" has a wrong checksum/);
  });

  test("too many entries", () => {
    const one = Buffer.from(writeTar([file("a")])).subarray(0, 1024);
    const many = Array.from({ length: tarLimits.files + 1 }, (_none, index) => {
      const entry = tampered((header) => header.write(`f${index}`, 0), one);
      return entry;
    });
    expect(() => readTar(Buffer.concat([...many, Buffer.alloc(1024)]))).toThrow(/one more than/);
  });
});
