import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CueAnswer } from "../../../src/render/index.ts";
import { requireTool } from "../../../tools/locate.ts";
import { run } from "../../ground/index.ts";

/** What `cue export` says of a package: a value, or its words about what is wrong. */
export interface Exported {
  readonly value?: unknown;
  readonly errors?: string;
}

/** Runs `cue export` on files in a folder of their own. */
export async function cueExport(
  root: string,
  files: Readonly<Record<string, string>>,
  folder = "",
): Promise<Exported> {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const result = await run(requireTool("cue"), ["export", "."], {
    cwd: join(root, folder),
    env: { CUE_CACHE_DIR: join(root, ".cache"), CUE_REGISTRY: "none", LC_ALL: "C" },
  });
  if (result.code === 0) return { value: JSON.parse(result.stdout) };
  return { errors: result.stderr.trimEnd() };
}

/** An answer of ours in the words of `cue export`, places and all. */
export function inWordsOfCue({ values, errors }: CueAnswer, folder = ""): Exported {
  if (errors === undefined) return { value: values?.[""] };
  const lines = errors.flatMap(({ message, path, places = [] }) => [
    `${path === undefined ? "" : `${path}: `}${message}${places.length > 0 ? ":" : ""}`,
    ...places.map(({ file, line, column }) => `    ${fileFrom(folder, file)}:${line}:${column}`),
  ]);
  return { errors: lines.join("\n") };
}

function fileFrom(folder: string, file: string): string {
  // CUE's own schema of module files is in none of the folders.
  if (file.startsWith("cuelang.org/")) return file;
  if (folder === "") return `./${file}`;
  if (file.startsWith(`${folder}/`)) return `./${file.slice(folder.length + 1)}`;
  return `${folder
    .split("/")
    .map(() => "..")
    .join("/")}/${file}`;
}
