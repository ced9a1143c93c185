import { isDeepStrictEqual } from "node:util";
import { type Informer, type Key, type KubeObject, keyOf } from "./kube/index.ts";
import type { WorkQueue } from "./work-queue.ts";

/** What a person asked for; above what follows from changes elsewhere, which has 0. */
export const askedPriority = 1;

/** Below both: what is looked at only to be sure. */
export const backgroundPriority = -1;

/**
 * Puts a key into the queue for each change an informer tells of: the object's own key, or those
 * of the objects that it concerns. A change is mapped in both states, since an object that moved
 * from one owner to another concerns both.
 *
 * @param options.asked whether a new or changed spec is what a person asks of these very keys;
 *   a function tells those objects that a person changed from those that a program did
 * @param options.matters whether an update says something new to those keys. A controller's own
 *   loop passes over what it wrote itself: else a failure that is told in the status would bring
 *   the key back at once, and no delay would ever grow.
 */
export function enqueueChanges<T extends KubeObject>(
  informer: Pick<Informer<T>, "addHandler" | "synced">,
  queue: Pick<WorkQueue, "add">,
  keysOf: (object: T) => readonly Key[] = (object) => [keyOf(object)],
  options: {
    readonly asked?: boolean | ((object: T) => boolean);
    readonly matters?: (object: T, old: T) => boolean;
  } = {},
): void {
  informer.addHandler((type, object, old) => {
    if (type === "updated" && old && options.matters?.(object, old) === false) return;
    // A first list tells of everything at once, mostly of what needs nothing.
    const background = type === "resync" || !informer.synced;
    // A status that was written, mostly by us, leaves the generation as it is.
    const isNewSpec = old?.metadata.generation !== object.metadata.generation;
    const isAsked = typeof options.asked === "function" ? options.asked(object) : options.asked;
    const asked = isAsked === true && isNewSpec ? askedPriority : 0;
    const priority = background ? backgroundPriority : asked;
    const states = old === undefined ? [object] : [object, old];
    for (const key of states.flatMap(keysOf)) queue.add(key, { priority });
  });
}

/** Whether an update concerns more than the status: spec, labels, annotations, deletion. */
export function isMoreThanStatus(object: KubeObject, old: KubeObject): boolean {
  const [a, b] = [object.metadata, old.metadata];
  return (
    a.uid !== b.uid ||
    a.generation !== b.generation ||
    a.deletionTimestamp !== b.deletionTimestamp ||
    !isDeepStrictEqual(a.labels, b.labels) ||
    !isDeepStrictEqual(a.annotations, b.annotations)
  );
}
