import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type KrewArchive, krewManifest } from "./krew-manifest.ts";

const archive = (os: string, architecture: string, sha256: string): KrewArchive => {
  const isWindows = os === "windows";
  return {
    os,
    architecture,
    file: `forge-1.2.3-${os}-${architecture}${isWindows ? ".zip" : ".tar.gz"}`,
    sha256,
    program: isWindows ? "forge.exe" : "forge",
  };
};

const archives = [
  // YAML would read it as a number.
  archive("linux", "amd64", `${"1".repeat(32)}e${"2".repeat(31)}`),
  archive("darwin", "arm64", "0".repeat(64)),
  archive("windows", "amd64", "a".repeat(64)),
];
const { spec, ...rest } = parse(krewManifest("1.2.3", "https://example.com/v1.2.3/", archives));

// The rules that krew checks a manifest by: krew.sigs.k8s.io/docs/developer-guide/plugin-manifest
describe("the manifest for krew", () => {
  test("is a plugin of the version that krew knows", () => {
    expect(rest).toEqual({
      apiVersion: "krew.googlecontainertools.github.com/v1alpha2",
      kind: "Plugin",
      metadata: { name: "forge" },
    });
    expect(spec.version).toMatch(/^v\d+\.\d+\.\d+$/);
    // krew index asks for at most 50 characters, and one line.
    expect(spec.shortDescription).toMatch(/^[^\n]{1,50}$/);
    expect(spec.description.length).toBeGreaterThan(0);
    expect(new URL(spec.homepage).protocol).toBe("https:");
    const fields = ["version", "homepage", "shortDescription", "description", "platforms"];
    expect(Object.keys(spec)).toEqual(fields);
  });

  test.each(archives)("has $os/$architecture with its checksum", (given) => {
    const { os, architecture, file, sha256, program } = given;
    const found = spec.platforms.filter(
      ({ selector }: { selector: { matchLabels: { os: string; arch: string } } }) =>
        selector.matchLabels.os === os && selector.matchLabels.arch === architecture,
    );
    expect(found).toEqual([
      {
        selector: { matchLabels: { os, arch: architecture } },
        uri: `https://example.com/v1.2.3/${file}`,
        sha256,
        files: expect.arrayContaining([{ from: program, to: "." }]),
        bin: program,
      },
    ]);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(found[0].files).toContainEqual({ from: "LICENSE", to: "." });
  });
});
