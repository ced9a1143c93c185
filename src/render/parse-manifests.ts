import { ForgeError } from "../api/index.ts";
import { type Sliced, VisitCount } from "../concurrency/index.ts";
import { parseYaml, yamlLimits } from "../yaml/index.ts";
import { limits } from "./limits.ts";
import { ManifestList, type ParsedManifest } from "./manifest-list.ts";
import type { SourceFile } from "./ports.ts";

/** To parse a character takes as long as to hash so many bytes. */
const parsing = 40;
/** To check and copy an object takes as long as to hash so many. */
const bytesOfWork = 16 * 1024;

/**
 * Every Kubernetes object in the files, lists taken apart, empty documents dropped.
 * Throws InvalidManifest (file, document and field or line), SourceTooLarge, or NoManifests.
 */
export function* manifestsIn(files: readonly SourceFile[]): Sliced<readonly ParsedManifest[]> {
  const work = new VisitCount();
  const list = new ManifestList();
  const nodes = { left: yamlLimits.nodes };
  let documents = 0;
  for (const { path, text } of readTexts(files)) {
    if (work.visit(parsing * text.length)) yield;
    for (const [index, document] of parseYaml(text, path, nodes).entries()) {
      if (work.visit(bytesOfWork)) yield;
      documents += 1;
      if (documents > limits.documents) throw tooLarge(`more than ${limits.documents} documents`);
      if (document.value === undefined || document.value === null) continue;
      list.add(document.value, `${path}, document ${index + 1} (line ${document.line})`);
    }
  }
  if (list.manifests.length === 0) {
    throw new ForgeError("NoManifests", `no Kubernetes object in ${files.length} file(s)`);
  }
  return list.manifests;
}

/** The texts in the order of their paths, so that neither result nor error depends on the source. */
export function readTexts(files: readonly SourceFile[]): { path: string; text: string }[] {
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

function tooLarge(what: string): ForgeError {
  return new ForgeError("SourceTooLarge", what);
}
