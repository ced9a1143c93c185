/** The files of an image: Node with the libraries that it needs, and forge's programs. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import type { Fetched } from "./download.ts";
import type { ImageEntry } from "./layer.ts";
import type { Platform } from "./platforms.ts";

/** Who the programs run as: no name outside the image, and no rights to its files. */
export const user = { name: "nonroot", id: 65_532 } as const;

/** Libraries that Node links to, by the package which has them. */
const libraries: Readonly<Record<string, readonly string[]>> = {
  libc6: ["libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0"],
  "libgcc-s1": ["libgcc_s.so.1"],
  "libstdc++6": ["libstdc++.so.6"],
  libatomic1: ["libatomic.so.1"],
};

/** Unpacks a package into a folder that is gone after `read`. */
function unpacked<T>(
  command: string,
  args: (folder: string) => string[],
  read: (folder: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), "forge-image-"));
  try {
    execFileSync(command, args(folder), { stdio: ["ignore", "ignore", "inherit"] });
    return read(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Libraries, certificate authorities and the files that a C library reads. */
export function baseEntries(platform: Platform, packages: readonly Fetched[]): ImageEntry[] {
  const text = (path: string, ...lines: readonly string[]): ImageEntry => ({
    path,
    content: Buffer.from(`${lines.join("\n")}\n`),
  });
  const { name, id } = user;
  return [
    text(
      "etc/passwd",
      "root:x:0:0:root:/root:/sbin/nologin",
      `${name}:x:${id}:${id}:${name}:/:/sbin/nologin`,
    ),
    text("etc/group", "root:x:0:", `${name}:x:${id}:`),
    text("etc/nsswitch.conf", "hosts: files dns"),
    { path: "tmp", folderMode: 0o1777 },
    ...packages.flatMap((one) => debianEntries(platform, one)),
  ];
}

function debianEntries({ triplet, loader }: Platform, { name, path }: Fetched): ImageEntry[] {
  return unpacked(
    "dpkg-deb",
    (folder) => ["--extract", path, folder],
    (folder) => {
      const entries: ImageEntry[] = [copyright(folder, name)];
      if (name === "ca-certificates") return [...entries, bundle(folder)];
      for (const library of libraries[name] ?? []) {
        entries.push({
          path: `usr/lib/${triplet}/${library}`,
          content: find(folder, triplet, library),
        });
      }
      if (name === "libc6") {
        const content = find(folder, triplet, basename(loader));
        entries.push({ path: loader, mode: 0o755, content });
      }
      return entries;
    },
  );
}

/** Debian is between /lib and /usr/lib: a package may use either. */
function find(folder: string, triplet: string, library: string): Uint8Array {
  for (const place of ["lib", "usr/lib"]) {
    try {
      return readFileSync(join(folder, place, triplet, library));
    } catch {
      // In the other one.
    }
  }
  throw new Error(`${library} is not in its package`);
}

function copyright(folder: string, name: string): ImageEntry {
  const path = `usr/share/doc/${name}/copyright`;
  try {
    return { path, content: readFileSync(join(folder, path)) };
  } catch {
    // Those of GCC link to a package that has nothing else.
    const text = "Part of GCC: GPL-3, with the GCC Runtime Library Exception 3.1.\n";
    return { path, content: Buffer.from(text) };
  }
}

/** As update-ca-certificates makes it: all of Mozilla's authorities in one file. */
function bundle(folder: string): ImageEntry {
  const mozilla = join(folder, "usr/share/ca-certificates/mozilla");
  const files = readdirSync(mozilla).toSorted();
  return {
    path: "etc/ssl/certs/ca-certificates.crt",
    content: Buffer.concat(files.map((name) => readFileSync(join(mozilla, name)))),
  };
}

export function nodeEntries({ path }: Fetched): ImageEntry[] {
  const wanted = ["package/bin/node", "package/LICENSE"];
  return unpacked(
    "tar",
    (folder) => ["-xzf", path, "-C", folder, ...wanted],
    (folder) => {
      const [node, license] = wanted.map((file) => readFileSync(join(folder, file)));
      return [
        { path: "usr/local/bin/node", mode: 0o755, content: node as Buffer },
        { path: "usr/share/doc/node/copyright", content: license as Buffer },
      ];
    },
  );
}

const home = "opt/forge";
const interpreter = "#!/usr/local/bin/node\n";

/** The bundled programs, each startable by its name: there is no shell, but kernels know `#!`. */
export function forgeEntries(dist: string, license: string): ImageEntry[] {
  const files = readdirSync(dist, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(js|wasm)$/.test(entry.name))
    .map((entry) => relative(dist, join(entry.parentPath, entry.name)));
  const isProgram = (file: string) => /^forge[a-z-]*\.js$/.test(file);
  const programs = files.filter(isProgram);
  if (!programs.includes("forge-controller.js"))
    throw new Error(`${dist} has no programs: run \`make build\``);
  return [
    ...files.map((file) => {
      const content = readFileSync(join(dist, file));
      const path = `${home}/${file}`;
      if (!isProgram(file)) return { path, content };
      const code = content.toString("utf8").replace(/^#!.*\n/, "");
      return { path, mode: 0o755, content: Buffer.from(interpreter + code) };
    }),
    // What is beside them are modules.
    { path: `${home}/package.json`, content: Buffer.from('{"type":"module"}\n') },
    ...[...programs.map((file) => file.replace(/\.js$/, "")), "kubectl-forge"].map((name) => ({
      path: `usr/local/bin/${name}`,
      linkTo: `/${home}/${name === "kubectl-forge" ? "forge" : name}.js`,
    })),
    { path: "usr/share/doc/forge/copyright", content: readFileSync(license) },
  ];
}
