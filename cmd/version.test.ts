import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { version } from "./version.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

test("programs, package and chart are of one version", () => {
  expect(JSON.parse(read("package.json")).version).toBe(version);
  const chart = read("charts/forge/Chart.yaml").split("\n");
  expect(chart).toContain(`version: ${version}`);
  expect(chart).toContain(`appVersion: ${version}`);
});
