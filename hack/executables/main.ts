// Makes the forge command as one file for each platform, with archives, checksums and the manifest
// for krew: `make executables`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundleWholeCommand } from "../bundle-program.ts";
import { nodePackages, type PlatformName } from "../image/node-packages.ts";
import { tarGz, zip } from "./archive.ts";
import { buildExecutable, nodeLicense } from "./build-executable.ts";
import { sha256Of, writeChecksums } from "./checksums.ts";
import { type KrewArchive, krewManifest } from "./krew-manifest.ts";

const platforms = Object.keys(nodePackages) as PlatformName[];

const help = `Makes the forge command as one file for each platform.

Usage: node hack/executables/main.ts [flags]

  --platform NAME    ${platforms.join(", ")}; may be repeated (default all)
  --output FOLDER    where the files go (default dist/release)
  --downloads URL    folder on the web that krew takes the archives from
                     (default https://forge.dev/releases/v<version>)
  --help             show this help
`;

const root = join(import.meta.dirname, "..", "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly version: string;
};

const { values } = parseArgs({
  options: {
    platform: { type: "string", multiple: true, default: platforms },
    output: { type: "string", default: join(root, "dist", "release") },
    downloads: { type: "string", default: `https://forge.dev/releases/v${version}` },
    help: { type: "boolean", default: false },
  },
});

/** The executable of a platform and its archive; returns the archive, as krew is to know it. */
function make(platform: PlatformName, main: string, folder: string): KrewArchive {
  const [os = "", architecture = ""] = platform.split("/");
  const isWindows = os === "windows";
  const program = isWindows ? "forge.exe" : "forge";
  const name = `forge-${version}-${os}-${architecture}`;
  const path = join(folder, isWindows ? `${name}.exe` : name);
  buildExecutable(platform, main, path);
  const content = (isWindows ? zip : tarGz)([
    { name: program, content: readFileSync(path), isProgram: true },
    { name: "LICENSE", content: readFileSync(join(root, "LICENSE")) },
    { name: "LICENSE-node", content: nodeLicense(platform) },
  ]);
  const file = `${name}${isWindows ? ".zip" : ".tar.gz"}`;
  writeFileSync(join(folder, file), content);
  console.log(`${join(folder, file)} ${(content.byteLength / 1e6).toFixed(1)} MB`);
  return { os, architecture, file, sha256: sha256Of(content), program };
}

async function main(): Promise<void> {
  const wanted = values.platform.map((name) => {
    const platform = platforms.find((known) => known === name);
    if (platform !== undefined) return platform;
    throw new Error(`--platform: ${name} is none of ${platforms.join(", ")}`);
  });
  const folder = resolve(values.output);
  mkdirSync(folder, { recursive: true });
  const bundled = mkdtempSync(join(tmpdir(), "forge-executables-"));
  try {
    const command = join(bundled, "forge.js");
    await bundleWholeCommand(command);
    const archives = wanted.map((platform) => make(platform, command, folder));
    writeFileSync(join(folder, "forge.yaml"), krewManifest(version, values.downloads, archives));
    writeChecksums(folder);
  } finally {
    rmSync(bundled, { recursive: true, force: true });
  }
}

if (values.help) process.stdout.write(help);
else {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`executables: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
