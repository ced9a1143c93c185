import { KubeError } from "./errors.ts";
import { type Page, PageReader } from "./list-page.ts";
import type { KubeObject } from "./object.ts";
import { PageSize } from "./page-size.ts";
import { collectionPath, type Query, queryText, type Resource } from "./resource.ts";
import { type Exchange, exchange, type TransportDeps } from "./transport.ts";
import type { ListOptions, ListPage, SelectOptions } from "./verbs.ts";

const pageTimeoutMs = 60_000;
const pageBytes = 64 * 1_024 * 1_024;
/** A list is read object by object: of its text, only the object that comes is in memory. */
const wholeBytes = 512 * 1_024 * 1_024;

/**
 * The pages of a list, one consistent snapshot.
 *
 * The API server reads the first page, and a whole list, from the cache of its watches, and every
 * page that follows from etcd: several times the work. So a reader that wants all of a list gets it
 * in one answer if, by the first page, it is not larger than an answer may be.
 */
export async function* listPages<T extends KubeObject>(
  deps: TransportDeps,
  resource: Resource,
  subject: string,
  options: ListOptions<T>,
): AsyncGenerator<ListPage<T>, void, undefined> {
  const { namespace, timeoutMs = pageTimeoutMs, signal, trim } = options;
  const ask = (query: Query, bounds: Pick<Exchange, "maximumBytes" | "attempts">) =>
    exchange<Page<T>>(deps, {
      method: "GET",
      path: collectionPath(resource, namespace) + queryText({ ...query, ...selectors(options) }),
      subject,
      timeoutMs,
      ...bounds,
      reader: () => new PageReader<T>(resource, trim),
      signal,
    });
  const size = new PageSize();
  let token: string | undefined;
  for (;;) {
    let page: Page<T>;
    try {
      page = await ask({ limit: size.limit, continue: token }, { maximumBytes: pageBytes });
    } catch (error) {
      if (isTooLarge(error) && size.shrink()) continue;
      throw error;
    }
    const isFirst = token === undefined;
    if (options.atOnce && isFirst && page.token !== undefined && estimate(page) <= wholeBytes) {
      const whole = await readWhole(() => ask({}, { maximumBytes: wholeBytes, attempts: 1 }));
      if (whole !== undefined) return yield whole;
    }
    size.took(page.items.length, page.bytes);
    yield { items: page.items, resourceVersion: page.resourceVersion };
    token = page.token;
    if (token === undefined) return;
  }
}

/** Bytes of all pages, if the objects to come are like those of the first one. */
function estimate({ items, bytes, remaining }: Page<KubeObject>): number {
  if (remaining === undefined || items.length === 0) return Number.POSITIVE_INFINITY;
  return (bytes / items.length) * (items.length + remaining);
}

/** undefined where it did not come in one answer: then it comes in pages, if it comes at all. */
async function readWhole<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof KubeError) return undefined;
    throw error;
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof KubeError && error.reason === "AnswerTooLarge";
}

export function selectors({ labelSelector, fieldSelector }: SelectOptions): Query {
  return { labelSelector, fieldSelector };
}
