import { Document, isMap, LineCounter, parseAllDocuments } from "yaml";
import { ForgeError } from "../../api/index.ts";
import { ambiguityIn, withEscapes } from "../../yaml/index.ts";
import type { CarriedDeployment, Deployment, OpenPointer, PointerFormat } from "../ports.ts";
import { differenceIn } from "./difference.ts";
import { openForm } from "./pointer-form.ts";
import { setText } from "./yaml-text.ts";

/** What a pointer file says. */
export interface PointerFile {
  readonly environment: string;
  readonly repository: string;
  readonly project: string;
  /** 40 or 64 hex digits. */
  readonly release: string;
  readonly image?: { readonly repository: string; readonly digest: string };
  /** The id of the deployment that wrote it last. */
  readonly deployment?: string;
}

const annotation = {
  number: "forge.dev/release-number",
  by: "forge.dev/deployed-by",
  deployment: "forge.dev/deployment",
} as const;

/** A ReleasePointer, pinned, as one YAML document; what people added to it survives every edit. */
export const releasePointerFormat: PointerFormat = {
  fileName: "release.yaml",

  create(deployment) {
    const { environment, repository, project } = deployment;
    const document = new Document({
      apiVersion: "forge.dev/v1alpha1",
      kind: "ReleasePointer",
      metadata: {},
      spec: {},
    });
    setText(document, ["metadata", "name"], project);
    setText(document, ["spec", "environment"], environment);
    setText(document, ["spec", "repository"], repository);
    setText(document, ["spec", "project"], project);
    return pin(document, deployment, "");
  },

  open(text, path) {
    const known = openForm(text);
    if (known === undefined) return openYaml(text, path);
    const { carried, edit } = known;
    return { carried, edit: (next) => edit(checked(next)) ?? openYaml(text, path).edit(next) };
  },
};

/** As releasePointerFormat.open, whatever the text's form. */
export function openYaml(text: string, path: string): OpenPointer {
  const document = openDocument(text, path);
  const edit = (deployment: Deployment) => {
    for (const field of ["environment", "repository", "project"] as const) {
      const found = textAt(document, path, "spec", field);
      if (found === deployment[field]) continue;
      throw invalid(path, `spec.${field} is "${found}", not "${deployment[field]}"`);
    }
    return pin(document, deployment, text);
  };
  return { carried: carriedBy(document, path), edit };
}

function carriedBy(document: Document, path: string): CarriedDeployment | undefined {
  const id = optionalTextAt(document, path, "metadata", "annotations", annotation.deployment);
  if (id === undefined) return undefined;
  const digest = optionalTextAt(document, path, "spec", "image", "digest");
  // These two tell more of it, and stop nobody when a person spoilt them.
  const release = document.getIn(["spec", "release"]);
  const by = document.getIn(["metadata", "annotations", annotation.by]);
  return {
    id,
    ...(digest && { digest }),
    ...(release !== undefined && { release: String(release) }),
    ...(typeof by === "string" && { by }),
  };
}

/** Throws PointerFileInvalid, naming `path`. */
export function parsePointerFile(text: string, path: string): PointerFile {
  const document = openDocument(text, path);
  const release = textAt(document, path, "spec", "release");
  if (!isCommit(release)) throw invalid(path, "spec.release is not 40 or 64 hex digits");
  const deployment = optionalTextAt(
    document,
    path,
    "metadata",
    "annotations",
    annotation.deployment,
  );
  return {
    environment: textAt(document, path, "spec", "environment"),
    repository: textAt(document, path, "spec", "repository"),
    project: textAt(document, path, "spec", "project"),
    release,
    ...(document.hasIn(["spec", "image"])
      ? {
          image: {
            repository: textAt(document, path, "spec", "image", "repository"),
            digest: textAt(document, path, "spec", "image", "digest"),
          },
        }
      : {}),
    ...(deployment === undefined ? {} : { deployment }),
  };
}

/** A list whose dashes stand below the first letter of its key. */
const unindentedList = /^( *)[^\s#-][^\n]*:[ \t]*\r?\n\1- /m;

function pin(document: Document, deployment: Deployment, before: string): string {
  checked(deployment);
  setText(document, ["metadata", "annotations", annotation.number], String(deployment.number));
  setText(document, ["metadata", "annotations", annotation.by], deployment.by);
  setText(document, ["metadata", "annotations", annotation.deployment], deployment.id);
  setText(document, ["spec", "release"], deployment.commit);
  setText(document, ["spec", "image", "repository"], deployment.image.repository);
  setText(document, ["spec", "image", "digest"], deployment.image.digest);
  // People's layout: long lines stay whole, lists keep their indentation, CRLF stays CRLF.
  // setText quotes text that is not plain ASCII; the text before it has none of those characters.
  const after = withEscapes(
    document.toString({ lineWidth: 0, indentSeq: !unindentedList.test(before) }),
  );
  return before.includes("\r\n") ? after.replace(/\r?\n/g, "\r\n") : after;
}

function checked(deployment: Deployment): Deployment {
  const { commit } = deployment;
  if (isCommit(commit)) return deployment;
  throw new ForgeError("InvalidObject", `commit "${commit}" is not 40 or 64 hex digits`);
}

/** Real ones have a few hundred; the plugin for Argo CD reads no larger one either. */
const maxLength = 64 * 1024;

/**
 * The text stays, comments and foreign fields and all, so it must mean the same to every reader: to
 * this one, to the plugin for Argo CD, and to Kubernetes.
 */
function openDocument(text: string, path: string): Document {
  if (text.length > maxLength) throw invalid(path, `has more than ${maxLength} characters`);
  // First, since it bounds how deep the text nests: the parser below follows it down the stack.
  const ambiguity = ambiguityIn(text);
  if (ambiguity !== undefined) throw invalid(path, `line ${ambiguity.line} ${ambiguity.why}`);
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter });
  const [document, second] = documents;
  if (document === undefined) throw invalid(path, "the file is empty");
  const error = [...documents].flatMap(({ errors }) => errors)[0];
  if (error !== undefined) {
    const line = lineCounter.linePos(error.pos[0]).line;
    throw invalid(path, `line ${line}: ${error.message.split("\n", 1)[0] ?? ""}`);
  }
  if (second !== undefined) {
    const line = lineCounter.linePos(second.range[0]).line;
    throw invalid(path, `line ${line}: a second YAML document begins; the file must hold one`);
  }
  const difference = differenceIn(text);
  if (difference !== undefined) throw invalid(path, `line ${difference.line} ${difference.why}`);
  const kind = optionalTextAt(document, path, "kind");
  const version = optionalTextAt(document, path, "apiVersion");
  if (kind !== "ReleasePointer" || version?.startsWith("forge.dev/") !== true) {
    throw invalid(
      path,
      `holds ${kind ?? "no kind"} of ${version ?? "no apiVersion"}, not a ReleasePointer`,
    );
  }
  refuseNonMaps(document, path);
  return document;
}

/** Where forge sets fields there must be maps, or nothing. */
function refuseNonMaps(document: Document, path: string): void {
  for (const parent of [["metadata"], ["metadata", "annotations"], ["spec"], ["spec", "image"]]) {
    const node = document.getIn(parent, true);
    if (node !== undefined && !isMap(node)) throw invalid(path, `${parent.join(".")} is not a map`);
  }
}

function textAt(document: Document, path: string, ...keys: string[]): string {
  const value = optionalTextAt(document, path, ...keys);
  if (value === undefined) throw invalid(path, `${keys.join(".")} is missing`);
  return value;
}

function optionalTextAt(document: Document, path: string, ...keys: string[]): string | undefined {
  const value = isMap(document.contents) ? document.getIn(keys) : undefined;
  if (value === undefined || typeof value === "string") return value;
  throw invalid(path, `${keys.join(".")} is not a string; put it in quotes`);
}

function isCommit(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function invalid(path: string, what: string): ForgeError {
  return new ForgeError("PointerFileInvalid", `${path}: ${what}`);
}
