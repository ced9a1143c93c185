import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { addressOf, archives, mayDownload } from "./downloads.ts";
import { requiredVersion } from "./go.ts";
import { productsOf, toolModules } from "./modules.ts";

const goMod = (folder: string) => readFileSync(join(import.meta.dirname, folder, "go.mod"), "utf8");

describe("published programs", () => {
  test.each(archives)("$name $version is the version that is built", (archive) => {
    const { folder, module } = archive.pinnedBy;
    expect(archive.version).toBe(requiredVersion(goMod(folder), module));
    const modules = toolModules.filter((known) => known.folder === folder);
    expect(modules.flatMap(productsOf)).toEqual(
      expect.arrayContaining(Object.keys(archive.programs)),
    );
  });

  test.each(archives)("$name names its version wherever an address does", (archive) => {
    const addresses = Object.values(archive.files).map((file) => addressOf(archive, file, {}));
    const version = archive.version.slice(1);
    expect(addresses.filter((address) => !address.includes(version))).toEqual([]);
    const digests = Object.values(archive.files).map(({ digest }) => digest);
    expect(digests.filter((digest) => !/^([0-9a-f]{64}|[0-9a-f]{128})$/.test(digest))).toEqual([]);
    expect(new Set(digests).size).toBe(digests.length);
  });

  test("of Kubernetes are one version: built, downloaded, and that of kind's node", () => {
    const kind = parse(
      readFileSync(join(import.meta.dirname, "..", "kind-config.yaml"), "utf8"),
    ) as { nodes: { image: string }[] };
    const built = requiredVersion(goMod("kubernetes"), "k8s.io/kubernetes");
    const downloaded = archives.find(({ name }) => name === "envtest")?.version;
    expect([downloaded, ...kind.nodes.map(({ image }) => image)]).toEqual([
      built,
      `kindest/node:${built}`,
    ]);
  });
});

describe("$DOWNLOADS", () => {
  const archive = { ...archives[0]!, address: "https://github.com/a/b/releases/download/v1" };
  const file = { name: "b.tar.gz", digest: "" };

  test.each([
    {
      because: "it is not set",
      env: {},
      may: true,
      address: "https://github.com/a/b/releases/download/v1/b.tar.gz",
    },
    {
      because: "it names a mirror, which keeps the publisher's paths",
      env: { DOWNLOADS: "http://mirror.example.com/files/" },
      may: true,
      address: "http://mirror.example.com/files/a/b/releases/download/v1/b.tar.gz",
    },
    {
      because: "it is 0",
      env: { DOWNLOADS: "0" },
      may: false,
      address: "https://github.com/a/b/releases/download/v1/b.tar.gz",
    },
  ])("decides whether and from where: $because", ({ env, may, address }) => {
    expect(mayDownload(env)).toBe(may);
    expect(addressOf(archive, file, env)).toBe(address);
  });
});

describe("the version that a go.mod requires", () => {
  const text = `module forge.dev/x

tool (
\texample.com/a
\texample.com/a/cmd/a
)

require example.com/alone v1.0.0

require (
\texample.com/a/v3 v3.1.2 // indirect
\texample.com/a v0.1.0
)

replace example.com/b => example.com/b v9.9.9
`;
  test.each([
    { module: "example.com/alone", version: "v1.0.0" },
    { module: "example.com/a", version: "v0.1.0" },
    { module: "example.com/a/v3", version: "v3.1.2" },
    { module: "example.com/b", version: undefined },
    { module: "example.com/c", version: undefined },
  ])("of $module is $version", ({ module, version }) => {
    expect(requiredVersion(text, module)).toBe(version);
  });
});
