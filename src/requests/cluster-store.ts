import { type KubeClient, type KubeObject, mayI, whoAmI } from "../../controller/kube/index.ts";
import { apiVersion, group, type RequestOrigin } from "../api/index.ts";
import { kindNamed } from "./kind-named.ts";
import type { Draft, KindName, Kinds, Selection, Store, WriteOptions } from "./ports.ts";
import { stampedDraft, stampedPointer } from "./stamped.ts";

/** More of one kind in a namespace are for the dashboard; a list of people's ends long before. */
const maximumListed = 20_000;

export interface WhoAmI {
  readonly user: string;
  /** The API server's clock, when it says so; to the second. */
  readonly serverTime?: Date;
}

export interface Right {
  readonly verb: string;
  /** Plural, such as releasepointers. */
  readonly resource: string;
  readonly name?: string;
}

/** The API server itself: RBAC and the admission policies judge whom the client's requests name. */
export class ClusterStore implements Store {
  readonly namespace: string;
  readonly origin?: RequestOrigin;
  readonly #client: KubeClient;
  readonly #signal: AbortSignal;
  #who: Promise<WhoAmI> | undefined;

  constructor(
    client: KubeClient,
    namespace: string,
    { signal, origin }: { readonly signal: AbortSignal; readonly origin?: RequestOrigin },
  ) {
    this.#client = client;
    this.namespace = namespace;
    this.#signal = signal;
    if (origin !== undefined) this.origin = origin;
  }

  get<K extends KindName>(kind: K, name: string): Promise<Kinds[K]> {
    const key = { namespace: this.namespace, name };
    return this.#client.get(kindNamed(kind), key, { signal: this.#signal });
  }

  async list<K extends KindName>(kind: K, selection: Selection = {}): Promise<readonly Kinds[K][]> {
    const fieldSelector = Object.entries(selection)
      .map(([field, value]) => `${field}=${value}`)
      .join(",");
    const { items } = await this.#client.listAll<Kinds[K]>(kindNamed(kind), {
      namespace: this.namespace,
      ...(fieldSelector !== "" && { fieldSelector }),
      maximum: maximumListed,
      signal: this.#signal,
    });
    return items;
  }

  create<K extends KindName>(draft: Draft<K>, { dryRun }: WriteOptions): Promise<Kinds[K]> {
    const stamped = stampedDraft(draft, this.origin);
    const metadata = { ...stamped.metadata, namespace: this.namespace };
    const object = { apiVersion, ...stamped, metadata };
    // What the server adds to a draft makes it an object.
    return this.#client.create<KubeObject>(kindNamed(draft.kind), object, {
      dryRun,
      signal: this.#signal,
    }) as unknown as Promise<Kinds[K]>;
  }

  replace<K extends KindName>(
    kind: K,
    object: Kinds[K],
    { dryRun }: WriteOptions,
  ): Promise<Kinds[K]> {
    const isPointer = kind === "ReleasePointer";
    const written = isPointer ? stampedPointer(object as never, this.origin) : object;
    return this.#client.replace(kindNamed(kind), written, { dryRun, signal: this.#signal });
  }

  /** Asked once. */
  whoAmI(): Promise<WhoAmI> {
    this.#who ??= whoAmI(this.#client, { signal: this.#signal });
    return this.#who;
  }

  /** Whether the caller may: a right on forge's resources in this namespace. */
  mayI({ verb, resource, name }: Right): Promise<boolean> {
    const { namespace } = this;
    const attributes = { namespace, verb, group, resource, ...(name && { name }) };
    return mayI(this.#client, attributes, { signal: this.#signal });
  }
}
