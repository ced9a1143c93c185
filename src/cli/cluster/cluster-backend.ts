import {
  Connection,
  isForbidden,
  isNotFound,
  KubeClient,
  KubeError,
  type KubeObject,
  sleep,
  systemClock,
} from "../../../controller/kube/index.ts";
import {
  type Environment,
  ForgeError,
  isRequiredResource,
  type PolicyObject,
  policyResources,
  type RequestOrigin,
} from "../../api/index.ts";
import type { RemoteOptions } from "../../git/index.ts";
import {
  approversOf,
  ClusterStore,
  type Draft,
  forgeEvents,
  type KindName,
  type Kinds,
  kindNamed,
  type Right,
  type Selection,
  type WriteOptions,
} from "../../requests/index.ts";
import type {
  ApprovalPlace,
  Approvers,
  Backend,
  BackendOptions,
  ForgeEvent,
  StoredPage,
  WhoAmI,
} from "../ports.ts";
import { loadKubeConfig, type Target } from "./kube-config.ts";

const watchSeconds = 300;
const livenessMs = 90_000;
const pauseMs = 1_000;
/** Maximum of a whole cluster; far beyond what clusters have. */
const maximumPolicies = 5_000;

/** The API server itself: RBAC and the admission policies judge the caller's own requests. */
export class ClusterBackend implements Backend {
  readonly namespace: string;
  readonly origin: RequestOrigin;
  readonly #connection: Connection;
  readonly #client: KubeClient;
  readonly #store: ClusterStore;
  readonly #signal: AbortSignal;

  constructor(target: Target, options: BackendOptions) {
    const { config, namespace } = loadKubeConfig(target);
    this.namespace = namespace;
    this.#connection = new Connection(config, options);
    this.#client = new KubeClient(this.#connection);
    this.#store = new ClusterStore(this.#client, namespace, options);
    this.origin = options.origin;
    this.#signal = options.signal;
  }

  get<K extends KindName>(kind: K, name: string): Promise<Kinds[K]> {
    return this.#store.get(kind, name);
  }

  list<K extends KindName>(kind: K, selection?: Selection): Promise<readonly Kinds[K][]> {
    return this.#store.list(kind, selection);
  }

  create<K extends KindName>(draft: Draft<K>, options: WriteOptions): Promise<Kinds[K]> {
    return this.#store.create(draft, options);
  }

  replace<K extends KindName>(kind: K, object: Kinds[K], options: WriteOptions): Promise<Kinds[K]> {
    return this.#store.replace(kind, object, options);
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

  async *stored(kind: KindName): AsyncGenerator<StoredPage, void, undefined> {
    const resource = kindNamed(kind);
    const signal = this.#signal;
    try {
      for await (const { items } of this.#client.list(resource, { signal })) {
        yield { objects: items };
      }
    } catch (error) {
      // The first page is refused, or none.
      if (!isForbidden(error)) throw error;
      const { namespace } = this;
      for await (const { items } of this.#client.list(resource, { namespace, signal })) {
        yield { objects: items, namespace };
      }
    }
  }

  async whoAmI(): Promise<WhoAmI> {
    return { ...(await this.#store.whoAmI()), server: this.#connection.server.origin };
  }

  mayI(right: Right): Promise<boolean> {
    return this.#store.mayI(right);
  }

  approvers({ environment }: ApprovalPlace): Promise<Approvers> {
    const { namespace } = this;
    return approversOf(this.#client, { namespace, environment }, this.#signal);
  }

  async repository(
    { spec }: Environment,
    insecureGitHosts: readonly string[],
  ): Promise<RemoteOptions> {
    const { remoteOptions } = await import("../../credentials/index.ts");
    const { ownNetwork } = await import("../../network/index.ts");
    const network = ownNetwork();
    const deps = { client: this.#client, network, settings: { insecureGitHosts } };
    return remoteOptions(deps, this.namespace, spec.gitOps, this.#signal);
  }

  async policies(): Promise<readonly PolicyObject[] | undefined> {
    const options = { maximum: maximumPolicies, signal: this.#signal };
    try {
      const lists = policyResources.map(async (resource) => {
        try {
          const { items } = await this.#client.listAll<PolicyObject & KubeObject>(
            resource,
            options,
          );
          return items;
        } catch (error) {
          if (isNotFound(error) && !isRequiredResource(resource)) return [];
          throw error;
        }
      });
      return (await Promise.all(lists)).flat();
    } catch (error) {
      if (isForbidden(error)) return undefined;
      throw error;
    }
  }

  events(): Promise<readonly ForgeEvent[]> {
    return forgeEvents(this.#client, this.namespace, this.#signal);
  }

  audit(): Promise<never> {
    return Promise.reject(noLedger());
  }

  exportAudit(): never {
    throw noLedger();
  }

  verifyAudit(): Promise<never> {
    return Promise.reject(noLedger());
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

function isPassing(error: KubeError): boolean {
  return error.status === 0 || error.status === 410 || error.status === 429 || error.status >= 500;
}

function noLedger(): ForgeError {
  return new ForgeError("UsageInvalid", "the ledger is kept by forge-server, not by the cluster", {
    hint: "Name it with --server, or run: forge login <url>",
  });
}
