import { KubeError } from "./errors.ts";
import type { KubeObject } from "./object.ts";
import { PageSize } from "./page-size.ts";
import { apiVersionOf, collectionPath, type Query, queryText, type Resource } from "./resource.ts";
import { exchange, type TransportDeps } from "./transport.ts";
import type { ListPage, SelectOptions } from "./verbs.ts";

const pageTimeoutMs = 60_000;
const pageBytes = 64 * 1_024 * 1_024;
/** Where the token stands: kinds of the server's own have their metadata in front, others behind. */
const headLength = 512;
const tailLength = 2_048;

interface RawPage<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

/**
 * The pages of a list, one consistent snapshot. The next page is asked for as soon as this one has
 * arrived, so that the server prepares it while this one is parsed; never more than one is ahead.
 */
export class PagedList<T extends KubeObject> {
  readonly #deps: TransportDeps;
  readonly #resource: Resource;
  readonly #subject: string;
  readonly #options: SelectOptions;
  readonly #size = new PageSize();
  readonly #abandoned = new AbortController();
  #ahead: { readonly token: string; readonly page: Promise<RawPage<T>> } | undefined;
  #awaited = false;

  constructor(deps: TransportDeps, resource: Resource, subject: string, options: SelectOptions) {
    this.#deps = deps;
    this.#resource = resource;
    this.#subject = subject;
    this.#options = options;
  }

  async *pages(): AsyncGenerator<ListPage<T>, void, undefined> {
    // Objects within a list say neither kind nor version.
    const { kind } = this.#resource;
    const apiVersion = apiVersionOf(this.#resource);
    let token: string | undefined;
    try {
      do {
        const page = await this.#take(token);
        token = page.metadata?.continue || undefined;
        // What was read ahead by another token than the page's own is not the next page.
        if (token !== undefined && this.#ahead?.token !== token) this.#ahead = undefined;
        const items = (page.items ?? []).map((item) => ({ ...item, apiVersion, kind }));
        yield { items, resourceVersion: page.metadata?.resourceVersion ?? "" };
      } while (token !== undefined);
    } finally {
      this.#abandoned.abort();
    }
  }

  async #take(token: string | undefined): Promise<RawPage<T>> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    this.#awaited = true;
    try {
      return await (ahead !== undefined && ahead.token === token ? ahead.page : this.#fetch(token));
    } finally {
      this.#awaited = false;
    }
  }

  async #fetch(token: string | undefined): Promise<RawPage<T>> {
    for (;;) {
      try {
        return await this.#fetchOnce(token);
      } catch (error) {
        const isTooLarge = error instanceof KubeError && error.reason === "AnswerTooLarge";
        if (!isTooLarge || !this.#size.shrink()) throw error;
      }
    }
  }

  async #fetchOnce(token: string | undefined): Promise<RawPage<T>> {
    const { namespace, timeoutMs = pageTimeoutMs, signal } = this.#options;
    const { limit } = this.#size;
    const query = { limit, continue: token, ...selectors(this.#options) };
    let bytes = 0;
    const page = await exchange<RawPage<T>>(this.#deps, {
      method: "GET",
      path: collectionPath(this.#resource, namespace) + queryText(query),
      subject: this.#subject,
      timeoutMs,
      maximumBytes: pageBytes,
      received: (text) => {
        bytes = text.length;
        const next = continueToken(text);
        // A page that is not the last one is full.
        if (next !== undefined) this.#size.took(limit, bytes);
        this.#readAhead(next);
      },
      signal: AbortSignal.any([this.#abandoned.signal, ...(signal === undefined ? [] : [signal])]),
    });
    this.#size.took(page.items?.length ?? 0, bytes);
    return page;
  }

  #readAhead(token: string | undefined): void {
    if (token === undefined || !this.#awaited || this.#ahead !== undefined) return;
    this.#awaited = false;
    const page = this.#fetch(token);
    // Thrown where it is taken, if it ever is.
    page.catch(() => undefined);
    this.#ahead = { token, page };
  }
}

export function selectors({ labelSelector, fieldSelector }: SelectOptions): Query {
  return { labelSelector, fieldSelector };
}

/** The token that the text of a page seems to carry; only its metadata, once parsed, says so. */
function continueToken(text: string): string | undefined {
  const places = [text.slice(-tailLength), text.slice(0, headLength)];
  for (const place of places) {
    const token = /"continue":"([^"\\]+)"/.exec(place)?.[1];
    if (token !== undefined) return token;
  }
  return undefined;
}
