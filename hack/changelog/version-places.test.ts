import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { versionPlaces, withVersion } from "./version-places.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const { version } = JSON.parse(read("package.json")) as { version: string };
const next = "77.0.0";
const changed = new Map(
  versionPlaces.map((place) => [place.path, withVersion(place, read(place.path), version, next)]),
);

test.each([
  { because: "npm reads it", path: "package.json", holds: `"version": "${next}"` },
  { because: "helm reads it", path: "charts/forge/Chart.yaml", holds: `\nversion: ${next}\n` },
  {
    because: "it is the image's tag",
    path: "charts/forge/Chart.yaml",
    holds: `appVersion: ${next}`,
  },
  { because: "a person copies it", path: "docs/install.md", holds: `forge-${next}.tgz` },
])("$path is set, because $because", ({ path, holds }) => {
  expect(changed.get(path)).toContain(holds);
});

test("a lock is set for the project alone: a dependency may have the same version", () => {
  const lock = JSON.parse(changed.get("package-lock.json") ?? "") as {
    version: string;
    packages: Readonly<Record<string, { version?: string }>>;
  };
  expect([lock.version, lock.packages[""]?.version]).toEqual([next, next]);
  const others = Object.entries(lock.packages).filter(([path]) => path !== "");
  expect(others.filter(([, entry]) => entry.version === next)).toEqual([]);
});

test("nothing that people or programs read names the version before any more", () => {
  const files = globSync(
    ["*.md", "docs/**/*.md", "examples/**", "Containerfile", "charts/forge/*.yaml", "cmd/**/*.ts"],
    { cwd: root, withFileTypes: true },
  );
  const escaped = version.replaceAll(".", String.raw`\.`);
  const named = new RegExp(String.raw`(?<![\d.])${escaped}(?![\d.]*\d)`);
  const stale = files
    .filter((entry) => entry.isFile() && entry.name !== "CHANGELOG.md")
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => named.test(changed.get(path) ?? read(path)));
  expect(stale).toEqual([]);
});
