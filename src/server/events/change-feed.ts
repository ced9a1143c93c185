import type { ChangeType, Clock, Key } from "../../../controller/kube/index.ts";
import type { Condition, ForgeObject } from "../../api/index.ts";
import type { ChangeEvent } from "../../rest/index.ts";
import { SealedNumbers } from "./sealed-numbers.ts";

/** One change, and its place in the order of all of them. */
export interface Change {
  readonly id: string;
  readonly event: ChangeEvent;
}

const kept = 20_000;
const types = { added: "Added", updated: "Updated", deleted: "Deleted" } as const;

type Told = ForgeObject<
  {
    readonly repository?: string;
    readonly project?: string;
    readonly name?: string;
    readonly environment?: string;
    readonly release?: string | { readonly repository?: string; readonly project?: string };
  },
  { readonly conditions?: readonly Condition[] | undefined }
>;

/**
 * The last changes of forge's objects, in one ring for all who listen: a listener has a place in
 * it, and no queue of its own. Ids begin with a word of this process: what another one counted, or
 * what is no longer kept, cannot be gone on from.
 */
export class ChangeFeed {
  readonly #word: string;
  /** Changes of all tenants are counted together, and nobody is to count those of others. */
  readonly #places = new SealedNumbers();
  readonly #changes: ChangeEvent[] = [];
  /** Sequence of the first change that is kept. */
  #first = 1;
  #isOpen = false;
  #news = Promise.withResolvers<void>();

  constructor(clock: Clock) {
    this.#word = Math.floor(clock.now()).toString(36);
  }

  /** From now on changes count: what was there before is no news. */
  open(): void {
    this.#isOpen = true;
  }

  /** A handler of informers. */
  tell(type: ChangeType, object: Told): void {
    if (!this.#isOpen || type === "resync") return;
    this.#changes.push(eventOf(types[type], object));
    // In steps, since each cut copies what stays.
    if (this.#changes.length >= kept * 2) this.#first += this.#changes.splice(0, kept).length;
    const { resolve } = this.#news;
    this.#news = Promise.withResolvers();
    resolve();
  }

  /** Behind the last change: where a listener begins that says nothing else. */
  get end(): number {
    return this.#first + this.#changes.length;
  }

  /** The place behind the change of this id; undefined when it cannot be gone on from. */
  placeBehind(id: string): number | undefined {
    const [word, sealed = ""] = id.split("-");
    const place = (word === this.#word ? this.#places.open(sealed) : undefined) ?? Number.NaN;
    const isKept = place + 1 >= this.#first && place < this.end;
    return isKept ? place + 1 : undefined;
  }

  idOf(place: number): string {
    return `${this.#word}-${this.#places.seal(place)}`;
  }

  /** The change at a place; undefined when it is still to come, or no longer kept. */
  at(place: number): Change | undefined {
    const event = this.#changes[place - this.#first];
    return event === undefined ? undefined : { id: this.idOf(place), event };
  }

  isForgotten(place: number): boolean {
    return place < this.#first;
  }

  /** Resolves when something changes. */
  news(): Promise<void> {
    return this.#news.promise;
  }
}

function eventOf(type: ChangeEvent["type"], { kind, metadata, spec, status }: Told): ChangeEvent {
  const release = typeof spec.release === "object" ? spec.release : undefined;
  const repository = spec.repository ?? release?.repository;
  const project = spec.project ?? release?.project ?? (kind === "Project" ? spec.name : undefined);
  const environment = kind === "Environment" ? metadata.name : spec.environment;
  const state = status?.conditions?.find((condition) => condition.type === "Ready")?.reason;
  const { namespace, name }: Key = metadata;
  return {
    ...{ type, kind, namespace, name, resourceVersion: metadata.resourceVersion },
    ...(repository !== undefined && { repository }),
    ...(project !== undefined && { project }),
    ...(environment !== undefined && { environment }),
    ...(state !== undefined && { state }),
  };
}
