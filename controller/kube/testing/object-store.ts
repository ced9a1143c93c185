export interface StoredObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string };
  [field: string]: unknown;
}

export interface StoredEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly revision: number;
  readonly collection: string;
  readonly object: StoredObject;
}

/** The objects behind the double, with a history to watch. Collections are named by plural. */
export class ObjectStore {
  readonly history: StoredEvent[] = [];
  readonly #objects = new Map<string, StoredObject>();
  readonly #listeners = new Set<(event: StoredEvent) => void>();
  /** Revisions before this are forgotten: 410. */
  compacted = 0;
  revision = 1;
  #uids = 0;

  get(collection: string, namespace: string, name: string): StoredObject | undefined {
    return this.#objects.get(`${collection}/${namespace}/${name}`);
  }

  list(collection: string, namespace: string): StoredObject[] {
    const prefix = namespace === "" ? `${collection}/` : `${collection}/${namespace}/`;
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix));
    return keys.toSorted().flatMap((key) => this.#objects.get(key) ?? []);
  }

  put(collection: string, object: StoredObject): StoredObject {
    const { name, namespace = "" } = object.metadata;
    const old = this.get(collection, namespace, name);
    const revision = ++this.revision;
    const uid = old?.metadata.uid ?? `uid-${++this.#uids}`;
    const metadata = { ...object.metadata, uid, resourceVersion: String(revision) };
    const stored = { ...object, metadata };
    this.#objects.set(`${collection}/${namespace}/${name}`, stored);
    this.#record({ type: old ? "MODIFIED" : "ADDED", revision, collection, object: stored });
    return stored;
  }

  remove(collection: string, namespace: string, name: string): void {
    const old = this.get(collection, namespace, name);
    if (old === undefined) return;
    this.#objects.delete(`${collection}/${namespace}/${name}`);
    const revision = ++this.revision;
    const object = { ...old, metadata: { ...old.metadata, resourceVersion: String(revision) } };
    this.#record({ type: "DELETED", revision, collection, object });
  }

  /** The answer stops it. */
  subscribe(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #record(event: StoredEvent): void {
    this.history.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}
