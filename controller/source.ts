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
 * @param options.asked whether a new or changed spec is what a person asks of these very keys
 */
export function enqueueChanges<T extends KubeObject>(
  informer: Pick<Informer<T>, "addHandler" | "synced">,
  queue: Pick<WorkQueue, "add">,
  keysOf: (object: T) => readonly Key[] = (object) => [keyOf(object)],
  options: { readonly asked?: boolean } = {},
): void {
  informer.addHandler((type, object, old) => {
    // A first list tells of everything at once, mostly of what needs nothing.
    const background = type === "resync" || !informer.synced;
    // A status that was written, mostly by us, leaves the generation as it is.
    const isNewSpec = old?.metadata.generation !== object.metadata.generation;
    const asked = options.asked === true && isNewSpec ? askedPriority : 0;
    const priority = background ? backgroundPriority : asked;
    const states = old === undefined ? [object] : [object, old];
    for (const key of states.flatMap(keysOf)) queue.add(key, { priority });
  });
}
