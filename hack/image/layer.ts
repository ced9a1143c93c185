/** A layer: a tar archive whose bytes depend on its files alone, and how an image names it. */
import { padded, tarHeader } from "../../src/archive/index.ts";
import { sha256Of } from "../../src/oci/index.ts";
import { compressed } from "./compressed.ts";

/** A file, a folder or a symbolic link by its path from the root, without a slash in front. */
export type ImageEntry =
  | { readonly path: string; readonly mode?: number; readonly content: Uint8Array }
  | { readonly path: string; readonly linkTo: string }
  /** A folder of another mode than 0755; all others follow from the files. */
  | { readonly path: string; readonly folderMode: number };

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Bytes and the descriptor under which a manifest names them. */
export interface Blob {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

export interface Layer extends Blob {
  /** Digest of the archive before it was compressed. */
  readonly diffId: string;
  readonly createdBy: string;
}

export function blobOf(mediaType: string, bytes: Uint8Array): Blob {
  return { descriptor: { mediaType, digest: sha256Of(bytes), size: bytes.byteLength }, bytes };
}

export function makeLayer(createdBy: string, entries: readonly ImageEntry[]): Layer {
  const archive = writeArchive(entries);
  const diffId = sha256Of(archive);
  const bytes = compressed(archive, diffId);
  return { ...blobOf("application/vnd.oci.image.layer.v1.tar+gzip", bytes), diffId, createdBy };
}

/** Entries in the order of their paths, each folder before what is in it. */
export function writeArchive(entries: readonly ImageEntry[]): Uint8Array {
  const folders = new Map<string, number>();
  for (const { path } of entries) {
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
      folders.set(path.slice(0, at), 0o755);
    }
  }
  for (const entry of entries) if ("folderMode" in entry) folders.set(entry.path, entry.folderMode);
  const nothing = new Uint8Array();
  const parts = [...folders].map(([path, mode]) => ({
    header: { name: `${path}/`, mode, size: 0 },
    content: nothing,
  }));
  const files = entries.flatMap((entry) => {
    if ("content" in entry) {
      const { path: name, mode = 0o644, content } = entry;
      return [{ header: { name, mode, size: content.byteLength }, content }];
    }
    if ("linkTo" in entry) {
      const { path: name, linkTo } = entry;
      return [{ header: { name, mode: 0o777, size: 0, linkTo }, content: nothing }];
    }
    return [];
  });
  const sorted = [...parts, ...files].toSorted((a, b) => (a.header.name < b.header.name ? -1 : 1));
  const padding = Buffer.alloc(1024);
  const chunks = sorted.flatMap(({ header, content }) => [
    tarHeader(header),
    content,
    padding.subarray(0, padded(content.byteLength) - content.byteLength),
  ]);
  // Two empty blocks end an archive.
  return Buffer.concat([...chunks, padding]);
}
