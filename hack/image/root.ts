/** The files of an image laid out in a folder, as the Containerfile takes them. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ImageEntry } from "./layer.ts";

export function writeRoot(folder: string, entries: readonly ImageEntry[]): void {
  for (const entry of entries) {
    const path = join(folder, entry.path);
    mkdirSync(dirname(path), { recursive: true });
    if ("content" in entry) {
      writeFileSync(path, entry.content);
      chmodSync(path, entry.mode ?? 0o644);
    } else if ("linkTo" in entry) {
      symlinkSync(entry.linkTo, path);
    } else {
      mkdirSync(path, { recursive: true });
      chmodSync(path, entry.folderMode);
    }
  }
}
