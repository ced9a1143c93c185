/** The archives that people download: their bytes depend on its files alone. */
import { type Zippable, zipSync } from "fflate";
import { gzip } from "../../src/oci/index.ts";
import { type ImageEntry, writeArchive } from "../image/layer.ts";

export interface ArchivedFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly isProgram?: true;
}

export function tarGz(files: readonly ArchivedFile[]): Uint8Array {
  const entries = files.map(
    ({ name, content, isProgram }): ImageEntry => ({
      path: name,
      content,
      mode: isProgram ? 0o755 : 0o644,
    }),
  );
  return gzip(writeArchive(entries));
}

export function zip(files: readonly ArchivedFile[]): Uint8Array {
  // The earliest time that the format knows, as it reads on every machine's own clock.
  const mtime = new Date(1980, 0, 1);
  const entries: Zippable = {};
  for (const { name, content } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    entries[name] = [content, { level: 6, mtime, os: 0 }];
  }
  return zipSync(entries);
}
