/** Compressed layers, kept outside the checkout: the one of Node takes ten seconds of processor time. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { gzip, sha256Of } from "../../src/oci/index.ts";
import { imageCache } from "./download.ts";

const require = createRequire(import.meta.url);
/** Another version may compress to other bytes. */
const { version } = require("fflate/package.json") as { version: string };

/** Layers that are kept: those of two platforms, and of the builds before. */
const kept = 8;

/**
 * The archive as `gzip` compresses it. A kept layer is used only if it inflates to this archive.
 * @param diffId digest of the archive
 */
export function compressed(
  archive: Uint8Array,
  diffId: string,
  folder = join(imageCache, "layers"),
): Uint8Array {
  const path = join(folder, `${diffId.replace("sha256:", "")}-${version}.gz`);
  const found = read(path, diffId);
  if (found !== undefined) return found;
  const bytes = gzip(archive);
  mkdirSync(folder, { recursive: true });
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, bytes);
  renameSync(aside, path);
  prune(folder);
  return bytes;
}

function read(path: string, diffId: string): Uint8Array | undefined {
  try {
    const bytes = readFileSync(path);
    return sha256Of(gunzipSync(bytes)) === diffId ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function prune(folder: string): void {
  const age = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const oldest = readdirSync(folder)
    .map((name) => join(folder, name))
    .toSorted((a, b) => age(b) - age(a))
    .slice(kept);
  for (const path of oldest) rmSync(path, { force: true });
}
