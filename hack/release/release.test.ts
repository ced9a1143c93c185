import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { versionPlaces } from "../changelog/version-places.ts";
import { stepsOf } from "./steps.ts";

const root = join(import.meta.dirname, "..", "..");
const checkout = mkdtempSync(join(tmpdir(), "forge-release-"));
const asked = "77.7.7";

function git(cwd: string, ...args: readonly string[]): string {
  return execFileSync("git", args, { cwd, encoding: "utf8", timeout: 60_000 });
}

/** `make release` in the copy, by its program. */
function release(...args: readonly string[]) {
  const program = join(checkout, "hack", "release", "main.ts");
  const options = { cwd: checkout, encoding: "utf8", timeout: 60_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], options);
  return { status, stdout, stderr };
}

const read = (path: string) => readFileSync(join(checkout, path), "utf8");
const versionNow = () => (JSON.parse(read("package.json")) as { version: string }).version;

beforeAll(() => {
  // The source as it is now, in a repository of its own.
  const listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard");
  for (const path of new Set(listed.split("\0").filter((one) => one !== ""))) {
    cpSync(join(root, path), join(checkout, path), { force: true });
  }
  writeFileSync(join(checkout, ".changeset", "test.md"), '---\n"forge": minor\n---\n\nTested.\n');
  git(checkout, "init", "--quiet", "--initial-branch=main");
  git(checkout, "config", "user.name", "releaser");
  git(checkout, "config", "user.email", "releaser@example.com");
  appendFileSync(join(checkout, ".git", "info", "exclude"), "node_modules\n");
  symlinkSync(join(root, "node_modules"), join(checkout, "node_modules"));
  git(checkout, "add", "--all");
  git(checkout, "commit", "--quiet", "--message", "test: the source");
}, 120_000);
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

// In order: each test goes on from the checkout that the one before left.
describe("make release", () => {
  test("shows every step, and does nothing, by DRY_RUN=1", () => {
    const before = git(checkout, "rev-parse", "HEAD");
    const { status, stdout } = release(asked, "--dry-run");
    expect(status).toBe(0);
    for (const { name, command } of stepsOf(asked, "dist/release")) {
      expect(stdout).toContain(`release: ${name}: `);
      expect(stdout).toContain(`\n  ${command.join(" ")}\n`);
    }
    expect(git(checkout, "rev-parse", "HEAD")).toBe(before);
    expect(git(checkout, "status", "--porcelain")).toBe("");
  });

  test("refuses a tree with changes, and a version that is not greater", () => {
    const current = versionNow();
    expect(release(current)).toMatchObject({ status: 1, stdout: "" });
    expect(release(current).stderr).toBe(
      `release: V=${current} is not greater than ${current}, the version now\n`,
    );
    writeFileSync(join(checkout, "new-file"), "");
    expect(release(asked)).toMatchObject({ status: 1, stdout: "" });
    expect(release(asked).stderr).toContain("the working tree has changes");
    rmSync(join(checkout, "new-file"));
    expect(release()).toMatchObject({ status: 1, stdout: "" });
  });

  test("writes the version wherever it stands, and commits that alone", () => {
    const old = versionNow();
    expect(release(asked, "--only", "version,commit")).toMatchObject({ status: 0, stderr: "" });
    expect(git(checkout, "log", "-1", "--format=%s")).toBe(`release: forge ${asked}\n`);
    expect(git(checkout, "status", "--porcelain")).toBe("");
    for (const { path, texts } of versionPlaces) {
      for (const text of texts) {
        expect(read(path)).toContain(text.replace("<version>", asked));
        expect(read(path)).not.toContain(text.replace("<version>", old));
      }
    }
    const program = join(checkout, "cmd", "forge", "main.ts");
    const said = execFileSync(process.execPath, [program, "version"], { encoding: "utf8" });
    expect(said).toBe(`forge ${asked}\n`);
    expect(read("CHANGELOG.md")).toMatch(/\n## 77\.7\.7 .*\n[^]*- Tested\.\n/);
    expect(readdirSync(join(checkout, ".changeset"))).toEqual(["README.md", "config.json"]);
  });

  test("goes on behind its commit when it is run again", () => {
    const { status, stdout } = release(asked, "--dry-run");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^release: clean: /);
    expect(stdout).not.toContain("release: commit: ");
    expect(release("77.7.8").stderr).toContain(".changeset holds no change");
  });

  test("tags the commit, by its version", () => {
    expect(release(asked, "--only", "tag")).toMatchObject({ status: 0 });
    expect(git(checkout, "rev-parse", `v${asked}^{commit}`)).toBe(
      git(checkout, "rev-parse", "HEAD"),
    );
    const again = release(asked, "--only", "tag");
    expect(again).toMatchObject({ status: 1 });
    expect(again.stderr).toContain(`the tag v${asked} is there already`);
  });
});
