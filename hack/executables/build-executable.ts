/** One file that is Node and the forge command: a single executable application of Node. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { locateTool, requireTool } from "../../tools/locate.ts";
import { fetchNode } from "../image/download.ts";
import {
  type NodePackage,
  nodePackages,
  olderNode,
  type PlatformName,
} from "../image/node-packages.ts";

const buildWithinMs = 300_000;

/** Unpacks a file of the package into a folder, and returns where it is. */
function unpack(node: NodePackage, path: string, folder: string): string {
  const archive = fetchNode(node).path;
  execFileSync("tar", ["-xzf", archive, "-C", folder, `package/${path}`], {
    timeout: buildWithinMs,
  });
  return join(folder, "package", path);
}

/** The Node that writes an executable must be of the version that is inside. */
function writerFor({ version }: NodePackage, folder: string): string {
  if (version === process.versions.node) return process.execPath;
  const host = `${process.platform}/${process.arch === "x64" ? "amd64" : process.arch}`;
  const node = olderNode[host];
  if (node?.version !== version) {
    throw new Error(`an executable with Node ${version} cannot be made on ${host}: use Linux`);
  }
  return unpack(node, "bin/node", folder);
}

/** macOS on arm64 starts nothing without a signature; this one names nobody. */
function sign(file: string): void {
  if (locateTool("macho-sign") === undefined) {
    const build = join(import.meta.dirname, "..", "..", "tools", "build.ts");
    execFileSync(process.execPath, [build, "macho-sign"], { stdio: "inherit" });
  }
  execFileSync(requireTool("macho-sign"), [file, "forge"], { timeout: buildWithinMs });
}

/** Node's licence; the packages for Windows leave it out, and it is the same in all. */
export function nodeLicense(platform: PlatformName): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "forge-license-"));
  try {
    const node = nodePackages[platform.startsWith("windows") ? "linux/amd64" : platform];
    return readFileSync(unpack(node, "LICENSE", folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Writes the executable of a platform to `output`.
 * @param main the command, in one file
 */
export function buildExecutable(platform: PlatformName, main: string, output: string): void {
  const node = nodePackages[platform];
  mkdirSync(dirname(output), { recursive: true });
  // Beside it, so that what is finished can be moved into place.
  const folder = mkdtempSync(join(dirname(output), ".executable-"));
  try {
    const executable = unpack(
      node,
      platform.startsWith("windows") ? "bin/node.exe" : "bin/node",
      folder,
    );
    copyFileSync(main, join(folder, "forge.js"));
    // The path of `main` is kept in the executable: a relative one is the same on every machine.
    const settings = {
      main: "forge.js",
      mainFormat: "module",
      executable,
      output: "forge",
      disableExperimentalSEAWarning: true,
      // What $NODE_OPTIONS says is for another Node.
      execArgvExtension: "none",
    };
    writeFileSync(join(folder, "settings.json"), JSON.stringify(settings));
    const writer = writerFor(node, mkdtempSync(join(folder, "writer-")));
    const done = spawnSync(writer, ["--build-sea", "settings.json"], {
      cwd: folder,
      encoding: "utf8",
      timeout: buildWithinMs,
    });
    if (done.status !== 0) {
      throw new Error(`${platform}: node --build-sea: ${done.error?.message ?? done.stderr}`);
    }
    const made = join(folder, "forge");
    if (platform.startsWith("darwin")) sign(made);
    chmodSync(made, 0o755);
    renameSync(made, output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
