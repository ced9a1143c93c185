import type { ObjectMeta } from "./kind.ts";

interface Aged {
  readonly metadata: Pick<ObjectMeta, "creationTimestamp" | "uid">;
}

/** Older first; among those of the same second, the one with the lesser uid. */
export function byAge({ metadata: a }: Aged, { metadata: b }: Aged): number {
  if (a.creationTimestamp !== b.creationTimestamp) {
    return a.creationTimestamp < b.creationTimestamp ? -1 : 1;
  }
  if (a.uid === b.uid) return 0;
  return a.uid < b.uid ? -1 : 1;
}
