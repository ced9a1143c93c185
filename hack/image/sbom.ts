/** What an image is made of, as SPDX 2.3 in JSON. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "../../src/api/index.ts";
import type { Fetched } from "./download.ts";
import type { Origin, PlatformImage } from "./image.ts";
import { debianRelease } from "./platforms.ts";

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly license?: string;
  readonly checksum?: { readonly algorithm: "SHA256" | "SHA512"; readonly checksumValue: string };
}

/** What is read of package-lock.json. */
interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly version: string; readonly license?: string; readonly integrity?: string }
    >
  >;
}

/** The npm packages whose modules are in the bundles, which name them in comments. */
function npmComponents(root: string): Component[] {
  const dist = join(root, "dist");
  const bundles = readdirSync(dist, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  const used = new Set<string>();
  for (const text of bundles) {
    for (const [, path = ""] of text.matchAll(/^\/\/ (node_modules\/.+)$/gm)) {
      const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
      if (folder !== undefined) used.add(folder);
    }
  }
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
  return [...used].toSorted().map((folder) => {
    const name = folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
    const locked = lock.packages[folder];
    if (locked === undefined) throw new Error(`${folder} is bundled and not in package-lock.json`);
    const hash = locked.integrity?.replace(/^sha512-/, "");
    return {
      name,
      version: locked.version,
      purl: `pkg:npm/${name.replace("@", "%40")}@${locked.version}`,
      ...(locked.license !== undefined && { license: locked.license }),
      ...(hash !== undefined && {
        checksum: {
          algorithm: "SHA512" as const,
          checksumValue: Buffer.from(hash, "base64").toString("hex"),
        },
      }),
    };
  });
}

/** The Go modules that cue.wasm is built from. */
function goComponents(root: string): Component[] {
  const text = readFileSync(join(root, "cue", "go.mod"), "utf8");
  return [...text.matchAll(/^(?:require )?\t?([a-z][^\s(]+\.[^\s(]+) (v\S+)/gm)].map(
    ([, name = "", version = ""]) => ({ name, version, purl: `pkg:golang/${name}@${version}` }),
  );
}

function fetchedComponents(
  node: Fetched,
  debian: readonly Fetched[],
  architecture: string,
): Component[] {
  const checksum = ({ sha256 }: Fetched) => ({
    algorithm: "SHA256" as const,
    checksumValue: sha256,
  });
  return [
    {
      name: "node",
      version: node.version,
      purl: `pkg:generic/node@${node.version}`,
      license: "MIT",
      checksum: checksum(node),
    },
    ...debian.map((one) => ({
      name: one.name,
      version: one.version,
      purl: `pkg:deb/debian/${one.name.replaceAll("+", "%2B")}@${one.version.replaceAll("+", "%2B")}?arch=${architecture}&distro=${debianRelease}`,
      checksum: checksum(one),
    })),
  ];
}

/** The document about one image, under whose digest it is to be attached. */
export function sbomOf(
  image: PlatformImage,
  parts: { readonly root: string; readonly node: Fetched; readonly debian: readonly Fetched[] },
  origin: Origin,
): Uint8Array {
  const components = [
    ...fetchedComponents(parts.node, parts.debian, image.platform.architecture),
    ...npmComponents(parts.root),
    ...goComponents(parts.root),
  ];
  const { digest } = image.manifest.descriptor;
  const document = {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `forge-${origin.version}-linux-${image.platform.architecture}`,
    documentNamespace: `https://forge.dev/spdx/${digest.replace(":", "-")}`,
    creationInfo: { created: origin.created, creators: [`Tool: forge-image-${origin.version}`] },
    packages: [
      {
        SPDXID: "SPDXRef-image",
        name: "forge",
        versionInfo: origin.version,
        downloadLocation: "NOASSERTION",
        licenseDeclared: "Apache-2.0",
        primaryPackagePurpose: "CONTAINER",
        checksums: [{ algorithm: "SHA256", checksumValue: digest.slice("sha256:".length) }],
      },
      ...components.map(({ name, version, purl, license, checksum }, index) => ({
        SPDXID: `SPDXRef-${index + 1}`,
        name,
        versionInfo: version,
        downloadLocation: "NOASSERTION",
        licenseDeclared: license ?? "NOASSERTION",
        externalRefs: [
          { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl },
        ],
        ...(checksum && { checksums: [checksum] }),
      })),
    ],
    relationships: [
      {
        spdxElementId: "SPDXRef-DOCUMENT",
        relationshipType: "DESCRIBES",
        relatedSpdxElement: "SPDXRef-image",
      },
      ...components.map((_, index) => ({
        spdxElementId: "SPDXRef-image",
        relationshipType: "CONTAINS",
        relatedSpdxElement: `SPDXRef-${index + 1}`,
      })),
    ],
  };
  return Buffer.from(canonicalJson(document));
}
