import { readBeginning, unreachable } from "./answer.ts";
import { systemClock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { withDeadline } from "./deadline.ts";
import { KubeError } from "./errors.ts";
import { listPages, selectors } from "./list.ts";
import { type Key, type KubeObject, keyOf, keyText } from "./object.ts";
import type { Clock, Random } from "./ports.ts";
import { collectionPath, objectPath, queryText, type Resource } from "./resource.ts";
import {
  deadlineOf,
  type Exchange,
  exchange,
  openStream,
  type TransportDeps,
} from "./transport.ts";
import type {
  ApplyOptions,
  DeleteOptions,
  ListOptions,
  ListPage,
  RequestOptions,
  SelectOptions,
  TextOptions,
  WatchOptions,
  WriteOptions,
} from "./verbs.ts";
import { readWatchEvents, type WatchEvent } from "./watch-stream.ts";

const requestTimeoutMs = 30_000;
const objectBytes = 16 * 1_024 * 1_024;

export interface ClientOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** Called last thing before a write is sent, each time it is; what it throws keeps it back. */
  readonly beforeWrite?: (() => void) | undefined;
  /** Sent with each request, in place of the connection's own of the same name. */
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
}

/** The verbs of the API server. Whatever fails is a KubeError, or the caller's abort reason. */
export class KubeClient {
  readonly #deps: TransportDeps;

  constructor(connection: Connection, options: ClientOptions = {}) {
    const { clock = systemClock, random = Math.random, beforeWrite, headers } = options;
    this.#deps = { connection, clock, random, beforeWrite, headers };
  }

  /** @throws KubeError with reason NotFound. */
  async get<T extends KubeObject>(
    resource: Resource,
    key: Key,
    options: RequestOptions = {},
  ): Promise<T> {
    return this.#exchange("GET", objectPath(resource, key), about("get", resource, key), options);
  }

  /** The pages of a list, one consistent snapshot. A token that grew too old is Gone (410). */
  list<T extends KubeObject>(
    resource: Resource,
    options: ListOptions<T> = {},
  ): AsyncGenerator<ListPage<T>, void, undefined> {
    return listPages<T>(this.#deps, resource, about("list", resource), options);
  }

  /** @throws KubeError AnswerTooLarge when there are more than `maximum`. */
  async listAll<T extends KubeObject>(
    resource: Resource,
    options: SelectOptions & { readonly maximum: number },
  ): Promise<ListPage<T>> {
    const items: T[] = [];
    let resourceVersion = "";
    for await (const page of this.list<T>(resource, options)) {
      for (const item of page.items) items.push(item);
      resourceVersion = page.resourceVersion;
      if (items.length > options.maximum) {
        const subject = about("list", resource);
        throw new KubeError("AnswerTooLarge", `${subject}: more than ${options.maximum} objects`);
      }
    }
    return { items, resourceVersion };
  }

  /** What happens after `resourceVersion`. Ends when the server ends it; resumes nothing. */
  async *watch<T extends KubeObject>(
    resource: Resource,
    options: WatchOptions,
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const { signal, livenessMs: idleMs, resourceVersion, timeoutSeconds } = options;
    const subject = about("watch", resource);
    const query = queryText({
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion,
      timeoutSeconds,
      ...selectors(options),
    });
    const path = collectionPath(resource, options.namespace) + query;
    const body = await openStream(this.#deps, { method: "GET", path, subject, idleMs, signal });
    options.onOpen?.();
    try {
      yield* readWatchEvents<T>(body, { subject, maximumLineBytes: objectBytes });
    } catch (thrown) {
      throw unreachable(thrown, { subject, host: this.#deps.connection.server.host, signal });
    }
  }

  async create<T extends KubeObject>(
    resource: Resource,
    object: T,
    options: WriteOptions = {},
  ): Promise<T> {
    const path = collectionPath(resource, object.metadata.namespace) + dryRun(options);
    return this.#exchange("POST", path, about("create", resource, keyOf(object)), options, object);
  }

  /** Puts the whole object; with a resource version, only over that one (else Conflict). */
  async replace<T extends KubeObject>(
    resource: Resource,
    object: T,
    options: WriteOptions = {},
  ): Promise<T> {
    const path = objectPath(resource, keyOf(object)) + dryRun(options);
    return this.#exchange("PUT", path, about("replace", resource, keyOf(object)), options, object);
  }

  /** Server-side apply: the manager's fields become exactly those given. */
  async apply<T extends KubeObject>(
    resource: Resource,
    object: KubeObject,
    options: ApplyOptions,
  ): Promise<T> {
    return this.#apply(objectPath(resource, keyOf(object)), "apply", resource, object, options);
  }

  /** Server-side apply of the status alone; over one version only where metadata names it. */
  async applyStatus<T extends KubeObject>(
    resource: Resource,
    object: KubeObject,
    options: ApplyOptions,
  ): Promise<T> {
    const path = objectPath(resource, keyOf(object), "status");
    return this.#apply(path, "apply status of", resource, object, options);
  }

  /** @throws KubeError NotFound, or Conflict where a precondition fails. */
  async delete(resource: Resource, key: Key, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion, propagationPolicy } = options;
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      preconditions: { uid, resourceVersion },
      propagationPolicy,
    };
    const path = objectPath(resource, key) + dryRun(options);
    await this.#exchange("DELETE", path, about("delete", resource, key), options, body);
  }

  /**
   * What a path answers in text, such as a pod's log: no more than the first bytes of it.
   * @param path from the root of the API server, with its query
   */
  async readText(path: string, { maximumBytes, ...options }: TextOptions): Promise<string> {
    const { timeoutMs = requestTimeoutMs, signal: outer } = options;
    const subject = `get ${path.split("?")[0]}`;
    const request = { subject, timeoutMs, signal: outer };
    return withDeadline(deadlineOf(this.#deps, request), async (signal) => {
      const opening = { method: "GET", path, subject, idleMs: timeoutMs, signal } as const;
      const body = await openStream(this.#deps, opening);
      const host = this.#deps.connection.server.host;
      return readBeginning(body, { subject, signal, host, maximumBytes });
    });
  }

  async #apply<T>(
    path: string,
    verb: string,
    resource: Resource,
    object: KubeObject,
    options: ApplyOptions,
  ): Promise<T> {
    const { fieldManager, force } = options;
    const query = queryText({ fieldManager, force, dryRun: options.dryRun ? "All" : undefined });
    const subject = about(verb, resource, keyOf(object));
    const contentType = "application/apply-patch+yaml";
    return this.#exchange("PATCH", path + query, subject, options, object, contentType);
  }

  async #exchange<T>(
    method: Exchange["method"],
    path: string,
    subject: string,
    options: RequestOptions,
    body?: unknown,
    contentType?: string,
  ): Promise<T> {
    return exchange<T>(this.#deps, {
      method,
      path,
      subject,
      body,
      contentType,
      timeoutMs: options.timeoutMs ?? requestTimeoutMs,
      maximumBytes: objectBytes,
      signal: options.signal,
    });
  }
}

function dryRun(options: WriteOptions): string {
  return queryText({ dryRun: options.dryRun ? "All" : undefined });
}

function about(verb: string, resource: Resource, key?: Key): string {
  const kind = resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
  return key === undefined ? `${verb} ${kind}` : `${verb} ${kind} ${keyText(key)}`;
}
