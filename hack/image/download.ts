/** Fetches what an image is made of, by npm and by apt, and keeps it outside the checkout. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { NodePackage } from "./node-packages.ts";
import { debianRelease, type Pinned, type Platform } from "./platforms.ts";

/** A package as it was fetched; `path` is its file. */
export interface Fetched extends Pinned {
  readonly path: string;
}

/** Packages and layers of images, outside the checkout. */
export const imageCache = join(
  process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
  "forge",
  "image",
);
const fetchWithinMs = 300_000;

function digestOf(path: string, algorithm: string, encoding: "hex" | "base64"): string | undefined {
  try {
    return createHash(algorithm).update(readFileSync(path)).digest(encoding);
  } catch {
    return undefined;
  }
}

/** Runs `fetch` in a folder of its own, and moves the one file that it leaves to `path`. */
function fetchInto(path: string, fetch: (folder: string) => void, suffix: string): void {
  mkdirSync(imageCache, { recursive: true });
  const folder = mkdtempSync(join(imageCache, "fetch-"));
  try {
    fetch(folder);
    const file = readdirSync(folder).find((name) => name.endsWith(suffix));
    if (file === undefined) throw new Error(`${path} was not fetched`);
    renameSync(join(folder, file), path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Node's build for a platform.
 * @throws Error when it is not the one that is pinned
 */
export function fetchNode({ name, version, sha512 }: NodePackage): Fetched {
  const path = join(imageCache, `${name}-${version}.tgz`);
  if (digestOf(path, "sha512", "base64") !== sha512) {
    const npm = (folder: string) =>
      execFileSync("npm", ["pack", "--silent", `${name}@${version}`], {
        cwd: folder,
        stdio: ["ignore", "ignore", "inherit"],
        timeout: fetchWithinMs,
      });
    fetchInto(path, npm, ".tgz");
  }
  if (digestOf(path, "sha512", "base64") !== sha512) {
    throw new Error(`${name}@${version} is not the one pinned in hack/image/node-packages.ts`);
  }
  return { name: "node", version, sha256: digestOf(path, "sha256", "hex") ?? "", path };
}

/**
 * Debian's packages of that platform, whose signatures apt has verified. One that Debian has
 * replaced by a newer version is taken as it is now, unless `locked`: its version is in the SBOM.
 * @throws Error when a package cannot be had, or is another than the pinned one
 */
export function fetchDebian(platform: Platform, locked: boolean): Fetched[] {
  let apt: Apt | undefined;
  try {
    return platform.debian.map((pinned) => {
      const path = join(
        imageCache,
        `${pinned.name}_${pinned.version}_${platform.architecture}.deb`,
      );
      if (digestOf(path, "sha256", "hex") === pinned.sha256) return { ...pinned, path };
      apt ??= new Apt(platform.architecture);
      return apt.download(pinned, path, locked);
    });
  } finally {
    apt?.close();
  }
}

/** apt with lists of its own, so that packages of any architecture can be had from any. */
class Apt {
  readonly #folder: string;
  readonly #options: readonly string[];

  constructor(architecture: string) {
    mkdirSync(imageCache, { recursive: true });
    this.#folder = mkdtempSync(join(imageCache, "apt-"));
    const [state, archives, sources] = ["state", "cache", "sources.list"].map((name) =>
      join(this.#folder, name),
    ) as [string, string, string];
    mkdirSync(join(state, "lists", "partial"), { recursive: true });
    mkdirSync(join(archives, "archives", "partial"), { recursive: true });
    writeFileSync(join(state, "status"), "");
    const signed = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";
    const mirror = "http://deb.debian.org";
    writeFileSync(
      sources,
      [
        `deb ${signed} ${mirror}/debian ${debianRelease} main`,
        `deb ${signed} ${mirror}/debian-security ${debianRelease}-security main`,
        "",
      ].join("\n"),
    );
    this.#options = [
      `APT::Architecture=${architecture}`,
      `APT::Architectures=${architecture}`,
      `Dir::State=${state}`,
      `Dir::State::status=${join(state, "status")}`,
      `Dir::Cache=${archives}`,
      `Dir::Etc::sourcelist=${sources}`,
      "Dir::Etc::sourceparts=/dev/null",
      "Acquire::Languages=none",
      "APT::Sandbox::User=root",
    ].flatMap((option) => ["-o", option]);
    const updated = this.#run("update");
    if (updated !== undefined) {
      this.close();
      throw new Error(
        `apt cannot read Debian's package lists (${updated}): build with the Containerfile instead`,
      );
    }
  }

  download(pinned: Pinned, path: string, locked: boolean): Fetched {
    const { name, version } = pinned;
    const attempt = (wanted: string) =>
      fetchInto(
        path,
        (folder) => {
          const failure = this.#run("download", [wanted], folder);
          if (failure !== undefined) throw new Error(`${wanted}: ${failure}`);
        },
        ".deb",
      );
    try {
      attempt(`${name}=${version}`);
    } catch (cause) {
      if (locked)
        throw new Error(`Debian no longer has ${name} ${version}: pin another`, { cause });
      attempt(name);
      const found = execFileSync("dpkg-deb", ["--field", path, "Version"], {
        encoding: "utf8",
      }).trim();
      console.warn(`image: ${name} is ${found}, not ${version} as pinned: another digest`);
      const sha256 = digestOf(path, "sha256", "hex") ?? "";
      return { name, version: found, sha256, path };
    }
    if (digestOf(path, "sha256", "hex") !== pinned.sha256) {
      rmSync(path, { force: true });
      throw new Error(`${name} ${version} is not the one pinned in hack/image/platforms.ts`);
    }
    return { ...pinned, path };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What went wrong, or undefined. */
  #run(verb: string, args: readonly string[] = [], cwd = this.#folder): string | undefined {
    const done = spawnSync("apt-get", ["-qq", ...this.#options, verb, ...args], {
      cwd,
      encoding: "utf8",
      timeout: fetchWithinMs,
    });
    if (done.error !== undefined) return done.error.message;
    return done.status === 0 ? undefined : done.stderr.trim().split("\n").at(-1);
  }
}
