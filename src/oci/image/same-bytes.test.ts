import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { build } from "rolldown";
import { afterAll, beforeAll, expect, test } from "vitest";

/** As it was on Node 26: another one is another image for what was released already. */
const known = "sha256:62e8e39a799dd3741a90411f446995a0b921e855327743901786694febe3140c";

/** The machine's own Node, which is often another version than the one that forge brings along. */
const machines = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((folder) => !folder.includes("node_modules"))
  .map((folder) => join(folder, "node"))
  .find((file) => existsSync(file));

let folder: string;
let program: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "forge-image-bytes-"));
  program = join(folder, "program.mjs");
  await build({
    input: join(import.meta.dirname, "..", "testing", "pack-program.ts"),
    platform: "node",
    output: { file: program, format: "esm", codeSplitting: false },
    logLevel: "warn",
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a release has the same bytes on every Node", async () => {
  const nodes = [process.execPath, ...(machines === undefined ? [] : [machines])];
  for (const node of nodes) {
    const said = execFileSync(node, [program], { encoding: "utf8", timeout: 30_000 });
    const [version, digest] = said.trim().split(" ");
    expect({ version, digest }).toEqual({ version, digest: known });
  }
});
