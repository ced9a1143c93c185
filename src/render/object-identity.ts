import { ForgeError, isRecord } from "../api/index.ts";
import { groupOf, type Manifest } from "./manifest.ts";

export type ObjectIdentity = Pick<Manifest, "apiVersion" | "kind" | "name" | "namespace">;

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const dnsLabel = new RegExp(`^${label}$`);
const dnsSubdomain = new RegExp(`^(?=.{1,253}$)${label}(?:\\.${label})*$`);
const apiVersionForm = new RegExp(`^(?:(?=[^/]{1,253}/)${label}(?:\\.${label})*/)?${label}$`);
const kindForm = /^[A-Za-z][A-Za-z0-9]{0,62}$/;

/** The identity of an object; InvalidManifest with `place` and the field when it has none. */
export function identityOf(
  object: Readonly<Record<string, unknown>>,
  place: string,
): ObjectIdentity {
  const { apiVersion, kind } = object;
  if (!isText(apiVersion) || !apiVersionForm.test(apiVersion)) {
    throw invalid(place, "apiVersion", apiVersion, "<group>/<version>, or v1");
  }
  if (!isText(kind) || !kindForm.test(kind)) throw invalid(place, "kind", kind, "a kind's name");
  const here = `${place} (${kind})`;
  const { metadata } = object;
  if (!isRecord(metadata)) throw invalid(here, "metadata", metadata, "an object");
  const { name, namespace, generateName } = metadata;
  if (generateName !== undefined && name === undefined) {
    throw new ForgeError(
      "InvalidManifest",
      `${here}: metadata.generateName gives another object at every deployment; set metadata.name`,
    );
  }
  if (!isText(name) || !isNameOf(groupOf(apiVersion), name)) {
    throw invalid(here, "metadata.name", name, "a Kubernetes object name");
  }
  if (namespace === undefined || namespace === null || namespace === "") {
    return { apiVersion, kind, name };
  }
  if (!isText(namespace) || !dnsLabel.test(namespace)) {
    throw invalid(here, "metadata.namespace", namespace, "a namespace's name");
  }
  return { apiVersion, kind, name, namespace };
}

/** RBAC names are path segments (`system:node`), all other names are DNS subdomains. */
function isNameOf(group: string, name: string): boolean {
  if (group !== "rbac.authorization.k8s.io") return dnsSubdomain.test(name);
  return /^[^/%\s]{1,253}$/.test(name) && name !== "." && name !== "..";
}

function invalid(place: string, field: string, value: unknown, wanted: string): ForgeError {
  const found = value === undefined ? "is missing" : `is ${JSON.stringify(value).slice(0, 100)}`;
  return new ForgeError("InvalidManifest", `${place}: ${field} ${found}; it must be ${wanted}`);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
