import { type Informer, type Key, type KubeObject, keyOf } from "./kube/index.ts";
import type { WorkQueue } from "./work-queue.ts";

/** Below what people and events ask for: what is looked at only to be sure. */
export const backgroundPriority = -1;

/**
 * Puts a key into the queue for each change an informer tells of: the object's own key, or those
 * of the objects that it concerns. A change is mapped in both states, since an object that moved
 * from one owner to another concerns both.
 */
export function enqueueChanges<T extends KubeObject>(
  informer: Pick<Informer<T>, "addHandler" | "synced">,
  queue: Pick<WorkQueue, "add">,
  keysOf: (object: T) => readonly Key[] = (object) => [keyOf(object)],
): void {
  informer.addHandler((type, object, old) => {
    // A first list tells of everything at once, mostly of what needs nothing.
    const background = type === "resync" || !informer.synced;
    const priority = background ? backgroundPriority : 0;
    const states = old === undefined ? [object] : [object, old];
    for (const key of states.flatMap(keysOf)) queue.add(key, { priority });
  });
}
