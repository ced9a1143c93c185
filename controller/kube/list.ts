import type { AnswerReader } from "./answer.ts";
import { KubeError } from "./errors.ts";
import { ListItems } from "./list-items.ts";
import type { KubeObject } from "./object.ts";
import { PageSize } from "./page-size.ts";
import { apiVersionOf, collectionPath, type Query, queryText, type Resource } from "./resource.ts";
import { exchange, type TransportDeps } from "./transport.ts";
import type { ListOptions, ListPage, SelectOptions } from "./verbs.ts";

const pageTimeoutMs = 60_000;
const pageBytes = 64 * 1_024 * 1_024;

interface Frame {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

interface Page<T extends KubeObject> extends ListPage<T> {
  readonly token: string | undefined;
  readonly bytes: number;
}

/** The pages of a list, one consistent snapshot. */
export async function* listPages<T extends KubeObject>(
  deps: TransportDeps,
  resource: Resource,
  subject: string,
  options: ListOptions<T>,
): AsyncGenerator<ListPage<T>, void, undefined> {
  const { namespace, timeoutMs = pageTimeoutMs, signal, trim } = options;
  const size = new PageSize();
  let token: string | undefined;
  for (;;) {
    const query = { limit: size.limit, continue: token, ...selectors(options) };
    let page: Page<T>;
    try {
      page = await exchange<Page<T>>(deps, {
        method: "GET",
        path: collectionPath(resource, namespace) + queryText(query),
        subject,
        timeoutMs,
        maximumBytes: pageBytes,
        reader: () => new PageReader<T>(resource, trim),
        signal,
      });
    } catch (error) {
      const isTooLarge = error instanceof KubeError && error.reason === "AnswerTooLarge";
      if (isTooLarge && size.shrink()) continue;
      throw error;
    }
    size.took(page.items.length, page.bytes);
    yield { items: page.items, resourceVersion: page.resourceVersion };
    token = page.token;
    if (token === undefined) return;
  }
}

/** Reads a page while it comes: its objects are made while the server still writes the others. */
class PageReader<T extends KubeObject> implements AnswerReader<Page<T>> {
  readonly #items: T[] = [];
  readonly #list: ListItems<T>;
  #bytes = 0;

  constructor(resource: Resource, trim: (object: T) => T = (object) => object) {
    // Objects within a list say neither kind nor version.
    const type = { apiVersion: apiVersionOf(resource), kind: resource.kind };
    this.#list = new ListItems((item) => this.#items.push(trim({ ...item, ...type })));
  }

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    this.#list.add(piece);
  }

  end(): Page<T> {
    const { metadata } = this.#list.frame() as Frame;
    return {
      items: this.#items,
      resourceVersion: metadata?.resourceVersion ?? "",
      token: metadata?.continue || undefined,
      bytes: this.#bytes,
    };
  }
}

export function selectors({ labelSelector, fieldSelector }: SelectOptions): Query {
  return { labelSelector, fieldSelector };
}
