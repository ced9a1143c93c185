import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodePackages, olderNode } from "./node-packages.ts";

const root = join(import.meta.dirname, "..", "..");
const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly devDependencies: { readonly node: string };
};

describe("Node's builds", () => {
  test("are of the version that package.json pins, or of one that can be written here", () => {
    const others = Object.values(nodePackages)
      .map(({ version }): string => version)
      .filter((version) => version !== devDependencies.node);
    for (const version of others) {
      expect(Object.values(olderNode).map((node) => node.version)).toContain(version);
    }
    expect(others.length).toBeLessThan(Object.keys(nodePackages).length / 2);
  });

  test("have a SHA-512 each, and none has that of another", () => {
    const hashes = [...Object.values(nodePackages), ...Object.values(olderNode)].map(
      ({ sha512 }) => sha512,
    );
    expect(new Set(hashes).size).toBe(hashes.length);
    for (const hash of hashes) expect(Buffer.from(hash, "base64")).toHaveLength(64);
  });
});
