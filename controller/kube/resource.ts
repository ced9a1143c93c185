import type { Key } from "./object.ts";

/** One kind as the API serves it. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export function apiVersionOf(resource: Resource): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** The path of a collection; an empty namespace means all of them. */
export function collectionPath(resource: Resource, namespace = ""): string {
  const root = resource.group === "" ? "/api" : `/apis/${resource.group}`;
  const scope = resource.namespaced && namespace !== "" ? `/namespaces/${segment(namespace)}` : "";
  return `${root}/${resource.version}${scope}/${resource.plural}`;
}

/** @throws TypeError when a namespaced object is named without its namespace. */
export function objectPath(resource: Resource, key: Key, subresource?: string): string {
  if (resource.namespaced && key.namespace === "") {
    throw new TypeError(`${resource.kind} ${key.name} needs a namespace`);
  }
  const path = `${collectionPath(resource, key.namespace)}/${segment(key.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

export function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? "" : `?${parameters}`;
}

// A name with a slash, or "..", would silently address something else.
function segment(name: string): string {
  if (name === "" || name === "." || name === "..") {
    throw new TypeError(`not a name of a Kubernetes object: ${JSON.stringify(name)}`);
  }
  return encodeURIComponent(name);
}
