import { type CacheReader, KubeError, type KubeObject } from "../../../controller/kube/index.ts";
import type { Draft, KindName, Kinds, Selection, Store } from "../../requests/index.ts";
import { type Caches, projectIndex } from "./informers.ts";

/** One namespace as the caches have it: the same questions as to the cluster, and no writes. */
export class CacheStore implements Store {
  readonly namespace: string;
  readonly #caches: Caches;
  readonly #user: string;

  constructor(caches: Caches, namespace: string, user: string) {
    this.#caches = caches;
    this.namespace = namespace;
    this.#user = user;
  }

  async get<K extends KindName>(kind: K, name: string): Promise<Kinds[K]> {
    const found = this.#caches[kind].get({ namespace: this.namespace, name });
    if (found !== undefined) return found as unknown as Kinds[K];
    throw new KubeError("NotFound", `get ${kind} ${name}: not found`, { status: 404 });
  }

  async list<K extends KindName>(kind: K, selection: Selection = {}): Promise<readonly Kinds[K][]> {
    const wanted = Object.entries(selection);
    return this.#candidates(kind, selection).filter((object) =>
      wanted.every(([path, value]) => String(valueAt(object, path)) === value),
    );
  }

  #candidates<K extends KindName>(kind: K, selection: Selection): readonly Kinds[K][] {
    const cache = this.#caches[kind] as unknown as CacheReader<Kinds[K] & KubeObject>;
    const prefix = kind === "ReleaseApproval" ? "spec.release." : "spec.";
    const repository = selection[`${prefix}repository`];
    const project = selection[`${prefix}${kind === "Project" ? "name" : "project"}`];
    if (repository === undefined || project === undefined || kind === "Environment") {
      return cache.byIndex("namespace", this.namespace);
    }
    return cache.byIndex("project", projectIndex(this.namespace, repository, project));
  }

  create<K extends KindName>(draft: Draft<K>): Promise<never> {
    return Promise.reject(new TypeError(`a cache creates no ${draft.kind}`));
  }

  replace<K extends KindName>(kind: K): Promise<never> {
    return Promise.reject(new TypeError(`a cache replaces no ${kind}`));
  }

  async whoAmI(): Promise<{ readonly user: string }> {
    return { user: this.#user };
  }
}

function valueAt(object: object, path: string): unknown {
  let value: unknown = object;
  for (const field of path.split("."))
    value = (value as Record<string, unknown> | undefined)?.[field];
  return value;
}
