import { execFileSync } from "node:child_process";
import { unzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { type ArchivedFile, tarGz, zip } from "./archive.ts";

const files: readonly ArchivedFile[] = [
  { name: "forge", content: Buffer.from("program"), isProgram: true },
  { name: "LICENSE", content: Buffer.from("licence") },
];

describe("archives", () => {
  test("tar reads names, modes and content", () => {
    const tar = (...args: readonly string[]) =>
      execFileSync("tar", args, { input: tarGz(files), encoding: "utf8" });
    expect(tar("-tvzf", "-")).toMatch(/^-rw-r--r-- .* LICENSE\n-rwxr-xr-x .* forge\n$/);
    expect(tar("-xzOf", "-", "forge")).toBe("program");
  });

  test("a zip has the same names and content", () => {
    const read = Object.entries(unzipSync(zip(files)));
    const texts = read.map(([name, content]) => [name, Buffer.from(content).toString("utf8")]);
    expect(texts).toEqual([
      ["LICENSE", "licence"],
      ["forge", "program"],
    ]);
  });

  test.each([
    { name: "tar.gz", make: tarGz },
    { name: "zip", make: zip },
  ])("a $name is the same in another time zone and for another order", ({ make }) => {
    const before = process.env["TZ"];
    const made = ["UTC", "Pacific/Auckland"].map((zone) => {
      process.env["TZ"] = zone;
      return Buffer.from(make(files)).toString("base64");
    });
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
    expect(made[1]).toBe(made[0]);
    expect(Buffer.from(make(files.toReversed())).toString("base64")).toBe(made[0]);
  });
});
