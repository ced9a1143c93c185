import { ForgeError, isRecord } from "../api/index.ts";
import { exactJson, parseYaml, plainTree } from "../yaml/index.ts";
import { limits } from "./limits.ts";
import { reasonOf } from "./yaml.ts";

export const environmentFileName = "env.yaml";

const group = "apiextensions.crossplane.io";

/**
 * The EnvironmentConfig of an env.yaml as JSON: the object that was judged, never the text. Another
 * reader might find more in the text than was judged.
 * @throws ForgeError EnvironmentFileInvalid
 */
export function readEnvironmentConfig(text: string): string {
  if (text.length > limits.environmentConfigBytes) {
    throw invalid(`has more than ${limits.environmentConfigBytes} characters`);
  }
  const document = parse(text);
  if (!isRecord(document)) throw invalid("holds no object");
  const { apiVersion, kind, metadata } = document;
  const isOfGroup = typeof apiVersion === "string" && apiVersion.startsWith(`${group}/`);
  if (!isOfGroup || kind !== "EnvironmentConfig") {
    throw invalid(`holds no EnvironmentConfig of ${group}`);
  }
  if (!isRecord(metadata) || typeof metadata["name"] !== "string" || metadata["name"] === "") {
    throw invalid("metadata.name is missing");
  }
  // Argo CD would apply the items in its place, whatever its kind.
  if ("items" in document) throw invalid("has a field items, and so is a list to Kubernetes");
  return exactJson(document);
}

/** As Kubernetes reads it: `yes` is a boolean. */
function parse(text: string): unknown {
  try {
    const [document, second] = parseYaml(text, environmentFileName);
    if (document !== undefined && second === undefined) {
      return plainTree(document.value, environmentFileName, {
        left: limits.environmentConfigExpanded,
      });
    }
  } catch (cause) {
    const prefix = new RegExp(`^${environmentFileName}(?:: |, )`);
    throw invalid(reasonOf(cause).replace(prefix, ""), cause);
  }
  throw invalid("does not hold one document");
}

function invalid(why: string, cause?: unknown): ForgeError {
  return new ForgeError("EnvironmentFileInvalid", `${environmentFileName}: ${why}`, { cause });
}
