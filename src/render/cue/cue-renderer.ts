import { ForgeError, foreignText, isRecord, parseReleaseBlock } from "../../api/index.ts";
import { inApplyOrder } from "../in-apply-order.ts";
import { limits } from "../limits.ts";
import { ManifestList } from "../manifest-list.ts";
import { readTexts } from "../parse-manifests.ts";
import type { Renderer, SourceFile } from "../ports.ts";
import type { CueEvaluator } from "./evaluator.ts";
import type { CueProblem } from "./protocol.ts";

const resourcesField = "resources";
const releaseField = "release";
/** Status carries them to everybody who watches. */
const problemsShown = 5;
const problemLength = 400;

/**
 * Projects in CUE: the manifests are the field `resources` at the top of the package in the
 * project's folder, a struct or a list of Kubernetes objects. The field `release`, if it is there,
 * says when the project is released.
 */
export function createCueRenderer(evaluator: CueEvaluator): Renderer {
  return {
    accepts: ({ files, folder }) => files.some(({ path }) => isPackageFile(path, folder)),
    render: async ({ files, folder, artifacts }, signal) => {
      const answer = await evaluator.evaluate(
        {
          files: Object.fromEntries(cueFiles(files)),
          folder,
          fields: [resourcesField, releaseField],
          artifacts,
          maxBytes: limits.bytesInTotal,
        },
        signal,
      );
      if (answer.errors !== undefined) throw sourceInvalid(answer.errors);
      if (answer.tooLarge) {
        throw new ForgeError(
          "SourceTooLarge",
          `the manifests have more than ${limits.bytesInTotal} bytes`,
        );
      }
      const { [resourcesField]: resources, [releaseField]: release } = answer.values ?? {};
      return {
        manifests: inApplyOrder(manifestsOf(resources, folder)),
        ...(release !== undefined && { release: parseReleaseBlock(release) }),
      };
    },
  };
}

/** Whether a path is that of a CUE file in just this folder. */
function isPackageFile(path: string, folder: string): boolean {
  const slash = path.lastIndexOf("/");
  return path.endsWith(".cue") && path.slice(0, Math.max(slash, 0)) === folder;
}

function cueFiles(files: readonly SourceFile[]): [string, string][] {
  return readTexts(files.filter(({ path }) => path.endsWith(".cue"))).map(({ path, text }) => [
    path,
    text,
  ]);
}

function manifestsOf(resources: unknown, folder: string) {
  const list = new ManifestList();
  if (Array.isArray(resources)) {
    for (const [index, object] of resources.entries()) {
      list.add(object, `${resourcesField}[${index}]`);
    }
  } else if (isRecord(resources)) {
    if (typeof resources["kind"] === "string" && typeof resources["apiVersion"] === "string") {
      throw new ForgeError(
        "InvalidManifest",
        `${resourcesField} is one object itself: it must be a struct or a list of objects`,
      );
    }
    for (const [name, object] of Object.entries(resources)) {
      list.add(object, `${resourcesField}.${name}`);
    }
  } else if (resources !== undefined) {
    throw new ForgeError("InvalidManifest", `${resourcesField} is neither a struct nor a list`);
  }
  if (list.manifests.length === 0) {
    throw new ForgeError(
      "NoManifests",
      `the CUE package in folder "${folder}" has ${resources === undefined ? "no field" : "nothing in its field"} ${resourcesField}`,
    );
  }
  return list.manifests;
}

/** One error with the first problems of the source, a line each. */
function sourceInvalid(problems: readonly CueProblem[]): ForgeError {
  const lines = problems.slice(0, problemsShown).map(describe);
  const more = problems.length - lines.length;
  return new ForgeError(
    "SourceInvalid",
    [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join("\n"),
  );
}

/** `<file>:<line>:<column>: <path>: <message> (see also <place>)`, as far as it is known. */
function describe({ places = [], path, message }: CueProblem): string {
  const [first, ...others] = places.map(({ file, line, column }) => `${file}:${line}:${column}`);
  const parts = [first, path, message].filter((part) => part !== undefined);
  const more = others.length > 0 ? ` (see also ${others.join(", ")})` : "";
  const text = `${parts.join(": ")}${more}`;
  return foreignText(text, problemLength);
}
