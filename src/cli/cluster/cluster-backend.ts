import {
  Connection,
  KubeClient,
  KubeError,
  type KubeObject,
  mayI,
  sleep,
  systemClock,
  whoAmI,
} from "../../../controller/kube/index.ts";
import { apiVersion, group } from "../../api/index.ts";
import type {
  Backend,
  Draft,
  ForgeEvent,
  KindName,
  Kinds,
  Right,
  Selection,
  WhoAmI,
  WriteOptions,
} from "../ports.ts";
import { loadKubeConfig, type Target } from "./kube-config.ts";
import { events, kindNamed } from "./resources.ts";

/** More of one kind in a namespace are for the dashboard; a list of people's ends long before. */
const maximumListed = 20_000;
const watchSeconds = 300;
const livenessMs = 90_000;
const pauseMs = 1_000;

/** The API server itself: RBAC and the admission policies judge the caller's own requests. */
export class ClusterBackend implements Backend {
  readonly namespace: string;
  readonly #connection: Connection;
  readonly #client: KubeClient;
  readonly #signal: AbortSignal;
  #user: Promise<WhoAmI> | undefined;

  constructor(
    target: Target,
    options: { readonly userAgent: string; readonly signal: AbortSignal },
  ) {
    const { config, namespace } = loadKubeConfig(target);
    this.namespace = namespace;
    this.#connection = new Connection(config, options);
    this.#client = new KubeClient(this.#connection);
    this.#signal = options.signal;
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
    const metadata = { ...draft.metadata, namespace: this.namespace };
    const object = { apiVersion, ...draft, metadata };
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
    return this.#client.replace(kindNamed(kind), object, { dryRun, signal: this.#signal });
  }

  /** A watch that the server ends, or that breaks, is begun again; a refusal is thrown. */
  async *follow<K extends KindName>(
    kind: K,
    name: string,
    signal: AbortSignal,
  ): AsyncGenerator<Kinds[K] | undefined, void, undefined> {
    const resource = kindNamed(kind);
    const fieldSelector = `metadata.name=${name}`;
    const { namespace } = this;
    while (!signal.aborted) {
      const selected = { namespace, fieldSelector, signal };
      try {
        const page = await this.#client.listAll<Kinds[K]>(resource, { ...selected, maximum: 1 });
        yield page.items[0];
        const changes = this.#client.watch<Kinds[K]>(resource, {
          ...selected,
          resourceVersion: page.resourceVersion,
          timeoutSeconds: watchSeconds,
          livenessMs,
        });
        for await (const change of changes) {
          if (change.type === "BOOKMARK") continue;
          yield change.type === "DELETED" ? undefined : change.object;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof KubeError) || !isPassing(error)) throw error;
        await sleep(systemClock, pauseMs, signal);
      }
    }
  }

  /** Asked once. */
  whoAmI(): Promise<WhoAmI> {
    this.#user ??= this.#askWho();
    return this.#user;
  }

  async #askWho(): Promise<WhoAmI> {
    const told = await whoAmI(this.#client, { signal: this.#signal });
    const server = this.#connection.server.origin;
    return { ...told, server };
  }

  mayI({ verb, resource, name }: Right): Promise<boolean> {
    const { namespace } = this;
    const attributes = { namespace, verb, group, resource, ...(name && { name }) };
    return mayI(this.#client, attributes, { signal: this.#signal });
  }

  async events(): Promise<readonly ForgeEvent[]> {
    const { items } = await this.#client.listAll<ForgeEvent & KubeObject>(events, {
      namespace: this.namespace,
      maximum: maximumListed,
      signal: this.#signal,
    });
    return items.filter(({ regarding }) => regarding?.apiVersion?.startsWith(`${group}/`));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

function isPassing(error: KubeError): boolean {
  return error.status === 0 || error.status === 410 || error.status === 429 || error.status >= 500;
}
