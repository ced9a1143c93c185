import type { AnswerReader } from "./answer.ts";
import { ListItems } from "./list-items.ts";
import type { KubeObject } from "./object.ts";
import { apiVersionOf, type Resource } from "./resource.ts";
import type { ListPage } from "./verbs.ts";

interface Frame {
  readonly metadata?: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

export interface Page<T extends KubeObject> extends ListPage<T> {
  /** For the next page; undefined with the last one. */
  readonly token: string | undefined;
  readonly bytes: number;
  /** How many objects the following pages have, if the server says it. */
  readonly remaining: number | undefined;
}

/** Reads a page while it comes: its objects are made while the server still writes the others. */
export class PageReader<T extends KubeObject> implements AnswerReader<Page<T>> {
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
      remaining: metadata?.remainingItemCount,
    };
  }
}
