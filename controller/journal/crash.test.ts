import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const program = join(import.meta.dirname, "testing", "crashing-program.ts");

/** The output of a process until its attempt at `bad` kills it. */
function run(journal: string): { said: string[]; signal: string | null } {
  const args = [program, journal];
  const { stdout, signal } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: 60_000,
  });
  return { said: stdout.trim().split("\n"), signal };
}

test("an object whose attempt kills the process comes after all others, later each time", () => {
  const folder = mkdtempSync(join(tmpdir(), "forge-crash-"));
  try {
    const journal = join(folder, "attempts");
    const runs = [1, 2, 3].map(() => run(journal));
    expect(runs.map(({ signal }) => signal)).toEqual(["SIGKILL", "SIGKILL", "SIGKILL"]);
    const others = ["attempt good", "attempt fine", "attempt bad"];
    expect(runs.map(({ said }) => said)).toEqual([
      ["attempt bad"],
      ["release team/bad waits 10000", ...others],
      ["release team/bad waits 20000", ...others],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
