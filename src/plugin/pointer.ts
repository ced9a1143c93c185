import {
  apiVersion,
  commitPattern,
  ForgeError,
  group,
  isRecord,
  parseSpec,
  releasePointerKind,
} from "../api/index.ts";
import { ambiguityIn } from "../yaml/index.ts";
import { limits } from "./limits.ts";
import { readDocument, reasonOf } from "./yaml.ts";

export const pointerFileName = "release.yaml";

/** A pinned pointer, as it stands in Git. */
export interface Pointer {
  readonly environment: string;
  readonly repository: string;
  readonly project: string;
  /** Full commit id of the release. */
  readonly commit: string;
  readonly image: { readonly repository: string; readonly digest: string };
  /** The deployment that wrote it, by which its request is found. */
  readonly deployment?: string;
}

/**
 * Reads a pointer file. It must be pinned: a full commit, and the image with its digest.
 * @throws ForgeError PointerFileInvalid
 */
export function readPointer(text: string): Pointer {
  if (text.length > limits.pointerBytes) {
    throw invalid(`has more than ${limits.pointerBytes} characters`);
  }
  const ambiguity = ambiguityIn(text);
  if (ambiguity !== undefined) throw invalid(`line ${ambiguity.line} ${ambiguity.why}`);
  const document = parse(text);
  if (!isRecord(document)) throw invalid("holds no object");
  if (document["kind"] !== releasePointerKind.kind || document["apiVersion"] !== apiVersion) {
    const found = `${named(document["kind"])} of ${named(document["apiVersion"])}`;
    throw invalid(`holds ${found}, not a ${releasePointerKind.kind} of ${group}`);
  }
  const { environment, repository, project, release, image } = specOf(document["spec"]);
  if (!commitPattern.test(release)) {
    throw invalid("spec.release is no full commit: the pointer is not pinned");
  }
  if (image === undefined) throw invalid("spec.image is missing: the pointer is not pinned");
  const deployment = deploymentIn(document["metadata"]);
  return {
    ...{ environment, repository, project, commit: release, image },
    ...(deployment !== undefined && { deployment }),
  };
}

/** For logs alone: what is none is nobody's fault here. */
function deploymentIn(metadata: unknown): string | undefined {
  const annotations = isRecord(metadata) ? metadata["annotations"] : undefined;
  const value = isRecord(annotations) ? annotations["forge.dev/deployment"] : undefined;
  return typeof value === "string" ? value.slice(0, 253) : undefined;
}

function parse(text: string): unknown {
  try {
    return readDocument(text);
  } catch (cause) {
    throw invalid(reasonOf(cause), cause);
  }
}

function specOf(spec: unknown) {
  try {
    return parseSpec(releasePointerKind, spec);
  } catch (cause) {
    throw invalid(reasonOf(cause), cause);
  }
}

function named(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 100) : "nothing";
}

function invalid(why: string, cause?: unknown): ForgeError {
  return new ForgeError("PointerFileInvalid", `${pointerFileName}: ${why}`, { cause });
}
