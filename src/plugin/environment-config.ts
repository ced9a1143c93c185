import { ForgeError, isRecord } from "../api/index.ts";
import { limits } from "./limits.ts";
import { readDocument, reasonOf } from "./yaml.ts";

export const environmentFileName = "env.yaml";

const group = "apiextensions.crossplane.io";

/**
 * The EnvironmentConfig of an env.yaml, as it is written: Kubernetes reads people's YAML in its own
 * way, and what we would make of it might differ.
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
  return text;
}

function parse(text: string): unknown {
  try {
    return readDocument(text);
  } catch (cause) {
    throw invalid(reasonOf(cause), cause);
  }
}

function invalid(why: string, cause?: unknown): ForgeError {
  return new ForgeError("EnvironmentFileInvalid", `${environmentFileName}: ${why}`, { cause });
}
