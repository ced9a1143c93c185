import type { KubeClient, KubeObject } from "../../controller/kube/index.ts";
import { apiVersion, group } from "../api/index.ts";
import type { Draft, KindName, Kinds, Selection, Store, WriteOptions } from "./ports.ts";
import { resourceOf, selfSubjectAccessReviews, selfSubjectReviews } from "./resources.ts";

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

interface SelfSubjectReview extends KubeObject {
  readonly status?: { readonly userInfo?: { readonly username?: string } };
}

interface AccessReview extends KubeObject {
  readonly spec: { readonly resourceAttributes: object };
  readonly status?: { readonly allowed?: boolean };
}

/** The API server itself: RBAC and the admission policies judge whom the client's requests name. */
export class ClusterStore implements Store {
  readonly namespace: string;
  readonly #client: KubeClient;
  readonly #signal: AbortSignal;
  #who: Promise<WhoAmI> | undefined;

  constructor(client: KubeClient, namespace: string, signal: AbortSignal) {
    this.#client = client;
    this.namespace = namespace;
    this.#signal = signal;
  }

  get<K extends KindName>(kind: K, name: string): Promise<Kinds[K]> {
    const key = { namespace: this.namespace, name };
    return this.#client.get(resourceOf(kind), key, { signal: this.#signal });
  }

  async list<K extends KindName>(kind: K, selection: Selection = {}): Promise<readonly Kinds[K][]> {
    const fieldSelector = Object.entries(selection)
      .map(([field, value]) => `${field}=${value}`)
      .join(",");
    const { items } = await this.#client.listAll<Kinds[K]>(resourceOf(kind), {
      namespace: this.namespace,
      ...(fieldSelector !== "" && { fieldSelector }),
      maximum: maximumListed,
      signal: this.#signal,
    });
    return items;
  }

  create<K extends KindName>(draft: Draft<K>, { dryRun }: WriteOptions): Promise<Kinds[K]> {
    const metadata = { ...draft.metadata, namespace: this.namespace };
    const object = { apiVersion, ...draft, metadata };
    // What the server adds to a draft makes it an object.
    return this.#client.create<KubeObject>(resourceOf(draft.kind), object, {
      dryRun,
      signal: this.#signal,
    }) as unknown as Promise<Kinds[K]>;
  }

  replace<K extends KindName>(
    kind: K,
    object: Kinds[K],
    { dryRun }: WriteOptions,
  ): Promise<Kinds[K]> {
    return this.#client.replace(resourceOf(kind), object, { dryRun, signal: this.#signal });
  }

  /** Asked once. */
  whoAmI(): Promise<WhoAmI> {
    this.#who ??= this.#askWho();
    return this.#who;
  }

  async #askWho(): Promise<WhoAmI> {
    const review: SelfSubjectReview = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "SelfSubjectReview",
      metadata: { name: "" },
    };
    const { status, metadata } = await this.#client.create<SelfSubjectReview>(
      selfSubjectReviews,
      review,
      { signal: this.#signal },
    );
    const user = status?.userInfo?.username;
    if (user === undefined) throw new TypeError("the API server does not say who this is");
    const { creationTimestamp: time } = metadata;
    return { user, ...(time && { serverTime: new Date(time) }) };
  }

  /** Whether the caller may: a right on forge's resources in this namespace. */
  async mayI({ verb, resource, name }: Right): Promise<boolean> {
    const { namespace } = this;
    const resourceAttributes = { namespace, verb, group, resource, ...(name && { name }) };
    const review: AccessReview = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      metadata: { name: "" },
      spec: { resourceAttributes },
    };
    const answer = await this.#client.create(selfSubjectAccessReviews, review, {
      signal: this.#signal,
    });
    return answer.status?.allowed === true;
  }
}
