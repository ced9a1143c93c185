/** The part of metav1.ObjectMeta that a controller reads. Resource versions are opaque. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly generation?: number | undefined;
  readonly creationTimestamp?: string | undefined;
  readonly deletionTimestamp?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Any object of the API: what kinds have in common. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** Names an object of a known kind; the namespace is "" for kinds that have none. */
export interface Key {
  readonly namespace: string;
  readonly name: string;
}

export function keyOf(object: { readonly metadata: ObjectMeta }): Key {
  return { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
}

/** `namespace/name`, or the name alone: for logs and maps. Neither part may hold a slash. */
export function keyText(key: Key): string {
  return key.namespace === "" ? key.name : `${key.namespace}/${key.name}`;
}
