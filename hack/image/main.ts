// Puts the container image of forge together from dist/, without a container engine: `make image`.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { ownNetwork } from "../../src/network/index.ts";
import {
  credentialsFromDockerConfig,
  parseReference,
  RegistryClient,
} from "../../src/oci/index.ts";
import { baseEntries, forgeEntries, nodeEntries } from "./content.ts";
import { fetchDebian, fetchNode } from "./download.ts";
import { imageOf, indexOf, type Origin } from "./image.ts";
import { makeLayer } from "./layer.ts";
import { writeLayout } from "./layout.ts";
import { platforms } from "./platforms.ts";
import { pushImages } from "./push.ts";
import { writeRoot } from "./root.ts";
import { sbomOf } from "./sbom.ts";

const help = `Puts the image of forge together from dist/: make build first.

Usage: node hack/image/main.ts [flags]

  --platform NAME    ${Object.keys(platforms).join(" or ")}; may be repeated (default both)
  --output FILE      tar with an OCI image layout (default dist/forge-image.tar)
  --name NAME        under which engines load it (default docker.io/library/forge:<version>)
  --push REFERENCE   push it there too, with its SBOMs
  --plain-http       push by plain http; a registry on this machine always may be
  --root FOLDER      lay out the files of one platform there, and do nothing else
  --locked           refuse packages of Debian other than the pinned ones
  --help             show this help
`;

const root = join(import.meta.dirname, "..", "..");

function git(...args: readonly string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", root, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}

/** $SOURCE_DATE_EPOCH and $SOURCE_REVISION are for a build without the repository. */
function originOf(version: string): Origin {
  const isChanged = git("status", "--porcelain", "--untracked-files=no");
  const head = git("rev-parse", "HEAD") ?? "unknown";
  const revision = process.env["SOURCE_REVISION"] ?? (isChanged ? `${head}-changed` : head);
  const seconds = Number(process.env["SOURCE_DATE_EPOCH"] ?? git("log", "-1", "--format=%ct") ?? 0);
  return {
    version,
    revision,
    created: new Date(seconds * 1_000).toISOString().replace(".000Z", "Z"),
  };
}

const { values } = parseArgs({
  options: {
    platform: { type: "string", multiple: true, default: Object.keys(platforms) },
    output: { type: "string", default: join(root, "dist", "forge-image.tar") },
    name: { type: "string" },
    push: { type: "string" },
    "plain-http": { type: "boolean", default: false },
    root: { type: "string" },
    locked: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly version: string;
  };
  const origin = originOf(version);
  const programs = forgeEntries(join(root, "dist"), join(root, "LICENSE"));
  const images = values.platform.map((name) => {
    const platform = platforms[name];
    if (platform === undefined)
      throw new Error(`--platform: ${name} is none of ${Object.keys(platforms).join(", ")}`);
    const node = fetchNode(platform.node);
    const debian = fetchDebian(platform, values.locked);
    return {
      platform,
      node,
      debian,
      base: baseEntries(platform, debian),
      runtime: nodeEntries(node),
    };
  });
  if (values.root !== undefined) {
    const [only, ...more] = images;
    if (only === undefined || more.length > 0) throw new Error("--root: give one --platform");
    writeRoot(values.root, [...only.base, ...only.runtime, ...programs]);
    return;
  }
  // The same in all of them.
  const programLayer = makeLayer("forge's programs", programs);
  const made = images.map(({ platform, node, debian, base, runtime }) => {
    const layers = [
      makeLayer("libraries of Debian", base),
      makeLayer(`Node ${node.version}`, runtime),
      programLayer,
    ];
    const image = imageOf(platform, layers, origin);
    return { ...image, sbom: sbomOf(image, { root, node, debian }, origin) };
  });
  const index = indexOf(made, origin);
  mkdirSync(dirname(values.output), { recursive: true });
  writeLayout(values.output, values.name ?? `docker.io/library/forge:${version}`, index, made);
  for (const { platform, sbom, layers, manifest } of made) {
    writeFileSync(values.output.replace(/(\.tar)?$/, `-${platform.architecture}.spdx.json`), sbom);
    const megabytes = layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0) / 1e6;
    console.log(
      `linux/${platform.architecture} ${manifest.descriptor.digest} ${megabytes.toFixed(1)} MB`,
    );
  }
  console.log(`${values.output} ${index.descriptor.digest}`);
  if (values.push === undefined) return;
  const config = join(process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker"), "config.json");
  await using registry = new RegistryClient({
    network: ownNetwork(),
    ...(existsSync(config) && {
      credentials: credentialsFromDockerConfig(readFileSync(config, "utf8")),
    }),
    ...(values["plain-http"] && { insecureHosts: [parseReference(values.push).host] }),
  });
  await pushImages(registry, values.push, index, made, AbortSignal.timeout(600_000));
  console.log(`pushed ${values.push}`);
}

if (values.help) process.stdout.write(help);
else {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`image: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
