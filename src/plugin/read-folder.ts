import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { applicationFolder, decodeText, invalid, readFiles } from "./application-folder.ts";
import type { ApplicationFolder } from "./ports.ts";

/**
 * Reads an Application's folder from disk, as Argo CD's own plugin server lays it out.
 * @param path from the root of the GitOps repository
 * @throws ForgeError ApplicationInvalid
 */
export async function readFolder(
  folder: string,
  path: string | undefined,
): Promise<ApplicationFolder> {
  const names = await readdir(folder);
  const texts = new Map<string, string>();
  for (const [name, limit] of readFiles) {
    if (!names.includes(name)) continue;
    texts.set(name, decodeText(await readFile(join(folder, name), name, limit), name));
  }
  return applicationFolder(path, { texts, names });
}

async function readFile(path: string, name: string, limit: number): Promise<Uint8Array> {
  // A link may lead to a file of the sidecar, and what is no regular file may never end.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    await using file = await open(path, flags);
    const found = await file.stat();
    if (!found.isFile()) throw invalid(`${name} is no regular file`);
    if (found.size > limit) throw invalid(`${name} has more than ${limit} bytes`);
    return await file.readFile();
  } catch (error) {
    if ((error as { code?: unknown }).code === "ELOOP") throw invalid(`${name} is a link`);
    throw error;
  }
}
