import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readFolder } from "./read-folder.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "forge-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, content: string | Uint8Array) =>
  writeFileSync(join(folder, name), content);

describe("readFolder", () => {
  test("reads both files, and passes over what is no manifest", async () => {
    put("release.yaml", "pointer");
    put("env.yaml", "config");
    put("README.md", "words");
    put(".argocd-source.yaml", "tools' own");
    expect(await readFolder(folder, "a/b")).toEqual({
      path: "a/b",
      pointer: "pointer",
      environmentConfig: "config",
    });
  });

  test.each([
    { make: () => undefined, says: /holds no release\.yaml/, because: "there is no pointer" },
    {
      make: () => put("deployment.yaml", "kind: Deployment"),
      says: /holds deployment\.yaml, which the plugin does not apply/,
      because: "a manifest would be left out unnoticed",
    },
    {
      make: () => symlinkSync("/etc/passwd", join(folder, "env.yaml")),
      says: /env\.yaml is a link/,
      because: "a link may lead to the sidecar's own files",
    },
    {
      make: () => mkdirSync(join(folder, "env.yaml")),
      says: /env\.yaml is no regular file/,
      because: "a folder is no file",
    },
    {
      make: () => put("env.yaml", Uint8Array.of(0xff, 0xfe)),
      says: /env\.yaml is not UTF-8/,
      because: "two readers might see two texts",
    },
    {
      make: () => put("env.yaml", "x".repeat((1 << 20) + 1)),
      says: /env\.yaml has more than 1048576 bytes/,
      because: "it is too large",
    },
  ])("refuses a folder because $because", async ({ make, says, because }) => {
    if (because !== "there is no pointer") put("release.yaml", "pointer");
    make();
    await expect(readFolder(folder, "a/b")).rejects.toMatchObject({
      code: "ApplicationInvalid",
      message: expect.stringMatching(says),
    });
  });

  test("the path must come from Argo CD", async () => {
    put("release.yaml", "pointer");
    await expect(readFolder(folder, undefined)).rejects.toThrow(/ARGOCD_APP_SOURCE_PATH/);
  });
});
