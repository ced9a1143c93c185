import { posix } from "node:path";
import { ForgeError } from "../api/index.ts";
import { environmentFileName } from "./environment-config.ts";
import { limits } from "./limits.ts";
import { pointerFileName } from "./pointer.ts";
import type { ApplicationFolder } from "./ports.ts";

/** The files that the plugin reads, and how large they may be. */
export const readFiles: ReadonlyMap<string, number> = new Map([
  [pointerFileName, limits.pointerBytes],
  [environmentFileName, limits.environmentConfigBytes],
]);

/** What a folder was found to hold. */
export interface FolderContent {
  /** Of the files that the plugin reads. */
  readonly texts: ReadonlyMap<string, string>;
  /** Of everything in the folder itself. */
  readonly names: Iterable<string>;
}

/**
 * Argo CD's variable with the Application's path. Those that people set on an Application are all
 * prefixed with ARGOCD_ENV_, so nobody but Argo CD writes it.
 */
export const pathVariable = "ARGOCD_APP_SOURCE_PATH";

/**
 * The folder of an Application, if it holds a pointer and nothing that would be left out unnoticed.
 * @throws ForgeError ApplicationInvalid
 */
export function applicationFolder(
  path: string | undefined,
  { texts, names }: FolderContent,
): ApplicationFolder {
  if (path === undefined) throw invalid(`Argo CD did not say ${pathVariable}`);
  const foreign = [...names].filter((name) => isManifest(name) && !readFiles.has(name));
  if (foreign.length > 0) {
    const shown = foreign.toSorted().slice(0, 3).join(", ");
    throw invalid(`${path} holds ${shown}, which the plugin does not apply: take it away`);
  }
  const pointer = texts.get(pointerFileName);
  if (pointer === undefined) throw invalid(`${path} holds no ${pointerFileName}`);
  return { path, pointer, environmentConfig: texts.get(environmentFileName) };
}

/** Hidden files are tools' own, such as .argocd-source.yaml. */
function isManifest(name: string): boolean {
  return !name.startsWith(".") && [".yaml", ".yml", ".json"].includes(posix.extname(name));
}

/** @throws ForgeError ApplicationInvalid when the bytes are no UTF-8 text */
export function decodeText(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ForgeError("ApplicationInvalid", `${name} is not UTF-8`, { cause });
  }
}

export function invalid(why: string): ForgeError {
  return new ForgeError("ApplicationInvalid", why);
}
