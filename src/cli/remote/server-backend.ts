import { KubeError, sleep, systemClock } from "../../../controller/kube/index.ts";
import { ForgeError, messageOf, projectPath, type RequestOrigin } from "../../api/index.ts";
import {
  type Draft,
  type ForgeEvent,
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
  AuditEntry,
  AuditExport,
  AuditFilter,
  AuditVerification,
  Backend,
  BackendOptions,
  WhoAmI,
} from "../ports.ts";
import { ApiClient } from "./api-client.ts";
import type { ServerTarget } from "./server-target.ts";

/** As many as the server gives at once. */
const pageSize = 200;
/** More are for the dashboard; a list of people's ends long before. */
const maximumListed = 20_000;
const pauseMs = 1_000;
/** Of an export, one after the other without a line between them. */
const exportAttempts = 3;

/** forge-server, which asks the cluster in the caller's own name. */
export class ServerBackend implements Backend {
  readonly namespace: string;
  readonly origin: RequestOrigin;
  readonly #api: ApiClient;
  readonly #signal: AbortSignal;

  constructor(target: ServerTarget, options: BackendOptions) {
    this.namespace = target.namespace;
    this.origin = options.origin;
    this.#api = new ApiClient({ ...target, ...options });
    this.#signal = options.signal;
  }

  async get<K extends KindName>(kind: K, name: string): Promise<Kinds[K]> {
    const { namespace } = this;
    const answer = await this.#api.send("GET", objectPath(kind, name), { query: { namespace } });
    return answer.body as Kinds[K];
  }

  async list<K extends KindName>(kind: K, selection: Selection = {}): Promise<readonly Kinds[K][]> {
    const { namespace } = this;
    const fields = Object.entries(selection).map(([field, value]) => `${field}=${value}`);
    const where = fields.length === 0 ? undefined : fields.join(",");
    const items: Kinds[K][] = [];
    let cursor: string | undefined;
    do {
      const query = { namespace, where, cursor, limit: pageSize };
      const { body } = await this.#api.send("GET", objectsPath(kind), { query });
      const page = body as { readonly items: readonly Kinds[K][]; readonly nextCursor?: string };
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined && items.length < maximumListed);
    return items;
  }

  async create<K extends KindName>(draft: Draft<K>, { dryRun }: WriteOptions): Promise<Kinds[K]> {
    const { kind, metadata, spec } = draft;
    const { namespace } = this;
    const body = { namespace, metadata, spec, dryRun };
    return (await this.#api.send("POST", objectsPath(kind), { body })).body as Kinds[K];
  }

  async replace<K extends KindName>(
    kind: K,
    { metadata, spec }: Kinds[K],
    { dryRun }: WriteOptions,
  ): Promise<Kinds[K]> {
    const { name, resourceVersion, labels, annotations } = metadata;
    const kept = { ...(labels && { labels }), ...(annotations && { annotations }) };
    const { namespace } = this;
    const body = { namespace, metadata: { resourceVersion, ...kept }, spec, dryRun };
    return (await this.#api.send("PUT", objectPath(kind, name), { body })).body as Kinds[K];
  }

  /** Read again each time that the server tells of a change, and whenever its stream begins anew. */
  async *follow<K extends KindName>(
    kind: K,
    name: string,
    signal: AbortSignal,
  ): AsyncGenerator<Kinds[K] | undefined, void, undefined> {
    const { namespace } = this;
    while (!signal.aborted) {
      try {
        const changes = this.#api.events("/v1/events", { namespace }, signal);
        // The first word comes once the server listens: what happens from then on is not missed.
        for await (const { type, data } of changes) {
          if (type === "change" && !isAbout(data, kind, name)) continue;
          yield await this.#current(kind, name);
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof KubeError) || !isPassing(error)) throw error;
      }
      await sleep(systemClock, pauseMs, signal);
    }
  }

  stored(): never {
    throw new ForgeError(
      "UsageInvalid",
      "forge-server does not list the objects of all namespaces",
      {
        hint: "Ask the cluster itself: add --kube.",
      },
    );
  }

  async whoAmI(): Promise<WhoAmI> {
    const { body, date } = await this.#api.send("GET", "/v1/me");
    const { user } = body as { readonly user: string };
    return { user, server: this.#api.url, ...(date && { serverTime: date }) };
  }

  async mayI({ verb, resource, name }: Right): Promise<boolean> {
    const { namespace } = this;
    const query = { namespace, verb, resource, name };
    const { body } = await this.#api.send("GET", "/v1/me/rights", { query });
    return (body as { readonly allowed: boolean }).allowed;
  }

  async approvers({ environment, repository, project, commit }: ApprovalPlace): Promise<Approvers> {
    const id = encodeURIComponent(`${projectPath(repository, project)}/${commit}`);
    const path = `/v1/approvals/${id}/${encodeURIComponent(environment)}`;
    const { namespace } = this;
    const { body } = await this.#api.send("GET", path, { query: { namespace } });
    const { approvers, approversUnknown: unknown } = body as {
      readonly approvers: Approvers["approvers"];
      readonly approversUnknown: readonly string[];
    };
    return { approvers, unknown };
  }

  /** The server knows no credentials of git servers. */
  async repository(): Promise<undefined> {
    return undefined;
  }

  /** The server does not read them. */
  async policies(): Promise<undefined> {
    return undefined;
  }

  async events(): Promise<readonly ForgeEvent[]> {
    const { namespace } = this;
    const { body } = await this.#api.send("GET", "/v1/objects/events", { query: { namespace } });
    return (body as { readonly items: readonly ForgeEvent[] }).items;
  }

  async audit({ limit, ...filter }: AuditFilter): Promise<readonly AuditEntry[]> {
    const { namespace } = this;
    const entries: AuditEntry[] = [];
    let cursor: string | undefined;
    do {
      const size = Math.min(limit - entries.length, pageSize);
      const query = { ...filter, namespace, cursor, limit: size };
      const { body } = await this.#api.send("GET", "/v1/audit", { query });
      const page = body as { readonly items: readonly AuditEntry[]; readonly nextCursor?: string };
      entries.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined && entries.length < limit);
    return entries;
  }

  async *exportAudit({ after, allNamespaces, ...filter }: AuditExport): AsyncGenerator<string> {
    const namespace = allNamespaces ? undefined : this.namespace;
    let last = after;
    for (let failures = 0; ; ) {
      try {
        const query = { ...filter, namespace, after: last };
        for await (const line of this.#api.lines("/v1/audit/export", query)) {
          yield line;
          last = (JSON.parse(line) as AuditEntry).sequence;
          failures = 0;
        }
        return;
      } catch (error) {
        failures += 1;
        const isPast = failures > exportAttempts || !isPassingProblem(error);
        if (isPast) throw last > after ? brokenOff(error, last) : error;
        await sleep(systemClock, pauseMs * failures, this.#signal);
        this.#signal.throwIfAborted();
      }
    }
  }

  async verifyAudit(anchor: string | undefined): Promise<AuditVerification> {
    const { body } = await this.#api.send("GET", "/v1/audit/verification", { query: { anchor } });
    return body as AuditVerification;
  }

  close(): Promise<void> {
    return this.#api.close();
  }

  async #current<K extends KindName>(kind: K, name: string): Promise<Kinds[K] | undefined> {
    try {
      return await this.get(kind, name);
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    }
  }
}

function objectsPath(kind: KindName): string {
  return `/v1/objects/${kindNamed(kind).plural}`;
}

function objectPath(kind: KindName, name: string): string {
  return `${objectsPath(kind)}/${encodeURIComponent(name)}`;
}

function isAbout(data: string, kind: KindName, name: string): boolean {
  const change = JSON.parse(data) as { readonly kind?: string; readonly name?: string };
  return change.kind === kind && change.name === name;
}

function isPassingProblem(error: unknown): boolean {
  if (error instanceof KubeError) return isPassing(error);
  return error instanceof ForgeError && error.retry !== "never";
}

function brokenOff(cause: unknown, last: number): ForgeError {
  return new ForgeError("ExportIncomplete", `it broke off: ${messageOf(cause)}`, {
    cause,
    hint: `Go on with: forge audit export --after ${last}`,
  });
}

function isPassing({ status }: KubeError): boolean {
  return status === 0 || status === 429 || status >= 500;
}
