/**
 * Objects as they may leave the cluster. What forge knows the meaning of stays; what may hold
 * anything (manifests, annotations of others, values of environment variables) is left out, and
 * every text that stays is looked through for credentials.
 */
import { isRecord, namesSecret, redact } from "../../api/index.ts";

const leftOut = "(left out)";

/** Fields whose values are never told, wherever they stand. */
const opaque: ReadonlySet<string> = new Set(["manifests", "data", "stringData", "managedFields"]);

/** More is nothing that forge or a pod has. */
const depthLimit = 32;

export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === depthLimit) return leftOut;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [redact(name), told(name, inner, depth + 1)]),
  );
}

function told(name: string, value: unknown, depth: number): unknown {
  if (opaque.has(name) || (namesSecret(name) && typeof value === "string")) return leftOut;
  if (name === "annotations" && isRecord(value)) return ownAnnotations(value);
  if (name === "env" && Array.isArray(value)) return value.map(withoutValue);
  return withoutSecrets(value, depth);
}

/** Of others' annotations nobody knows what they hold: `last-applied-configuration` holds all. */
function ownAnnotations(annotations: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [
      redact(name),
      name.startsWith("forge.dev/") ? redact(String(value)) : leftOut,
    ]),
  );
}

function withoutValue(variable: unknown): unknown {
  if (!isRecord(variable) || !("value" in variable)) return withoutSecrets(variable);
  return { ...(withoutSecrets(variable) as object), value: leftOut };
}
