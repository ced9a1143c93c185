import { ForgeError } from "../api/index.ts";
import { limits } from "./limits.ts";
import { groupOf, type Manifest } from "./manifest.ts";
import { identityOf, isRecord } from "./object-identity.ts";
import { parseYaml } from "./parse-yaml.ts";
import { type ExpansionBudget, plainTree } from "./plain-tree.ts";
import type { SourceFile } from "./ports.ts";

export type ParsedManifest = Omit<Manifest, "yaml">;

/**
 * Every Kubernetes object in the files, lists taken apart, empty documents dropped.
 * Throws InvalidManifest (file, document and field or line), SourceTooLarge, or NoManifests.
 */
export function parseManifests(files: readonly SourceFile[]): ParsedManifest[] {
  const budget: ExpansionBudget = { left: limits.expandedSize };
  const manifests: ParsedManifest[] = [];
  const places = new Map<string, string>();
  let documents = 0;
  for (const { path, text } of readTexts(files)) {
    for (const [index, document] of parseYaml(text, path).entries()) {
      documents += 1;
      if (documents > limits.documents) throw tooLarge(`more than ${limits.documents} documents`);
      if (document.value === undefined || document.value === null) continue;
      const place = `${path}, document ${index + 1} (line ${document.line})`;
      for (const found of objectsIn(plainTree(document.value, place, budget), place)) {
        const manifest = { ...identityOf(found.object, found.place), object: found.object };
        refuseSecond(manifest, found.place, places);
        manifests.push(manifest);
      }
    }
  }
  if (manifests.length === 0) {
    throw new ForgeError("NoManifests", `no Kubernetes object in ${files.length} file(s)`);
  }
  return manifests;
}

/** The texts in the order of their paths, so that neither result nor error depends on the source. */
function readTexts(files: readonly SourceFile[]): { path: string; text: string }[] {
  if (files.length > limits.files) throw tooLarge(`more than ${limits.files} files`);
  let total = 0;
  return files
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .map(({ path, content }) => {
      const size = typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;
      if (size > limits.bytesPerFile) {
        throw tooLarge(`${path} has ${size} bytes; the limit is ${limits.bytesPerFile}`);
      }
      total += size;
      if (total > limits.bytesInTotal) {
        throw tooLarge(`the files up to ${path} have more than ${limits.bytesInTotal} bytes`);
      }
      return { path, text: typeof content === "string" ? content : decode(content, path) };
    });
}

function decode(content: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch (cause) {
    throw new ForgeError("InvalidManifest", `${path}: the file is not UTF-8`, { cause });
  }
}

interface Found {
  readonly object: Record<string, unknown>;
  readonly place: string;
}

/** The object itself, or the items of a v1 List or any other list kind, as kubectl takes them apart. */
function objectsIn(value: unknown, place: string): Found[] {
  if (!isRecord(value)) {
    throw new ForgeError("InvalidManifest", `${place}: not an object with apiVersion and kind`);
  }
  const { kind, items } = value;
  const isList = typeof kind === "string" && kind.endsWith("List");
  if (isList && Array.isArray(items)) {
    return items.flatMap((item, index) => objectsIn(item, `${place}, item ${index + 1}`));
  }
  if (kind === "List") {
    throw new ForgeError("InvalidManifest", `${place}: items of a List must be a list`);
  }
  return [{ object: value, place }];
}

function refuseSecond(manifest: ParsedManifest, place: string, places: Map<string, string>): void {
  const { apiVersion, kind, name, namespace } = manifest;
  const key = [groupOf(apiVersion), kind, namespace ?? "", name].join("/");
  const first = places.get(key);
  if (first !== undefined) {
    const object = `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
    throw new ForgeError(
      "InvalidManifest",
      `${object} is there twice: in ${first}, and in ${place}`,
    );
  }
  places.set(key, place);
}

function tooLarge(what: string): ForgeError {
  return new ForgeError("SourceTooLarge", what);
}
