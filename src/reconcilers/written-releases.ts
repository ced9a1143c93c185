import { keyOf, keyText } from "../../controller/kube/index.ts";
import type { Release, ReleaseStatus } from "../api/index.ts";
import { trimRelease } from "./resources.ts";

/** What the numbering decides of a Release, and all that it writes of its status. */
export type Places = Pick<
  ReleaseStatus,
  "number" | "triggers" | "aliases" | "joined" | "conflictsWith" | "replacedBy"
>;

export function placesOf({ status }: Release): Places {
  const { number, triggers, aliases, joined, conflictsWith, replacedBy } = status ?? {};
  return { number, triggers, aliases, joined, conflictsWith, replacedBy };
}

/** Releases as this process wrote them, until the cache shows as much; without manifests. */
export class WrittenReleases {
  readonly #written = new Map<string, Release>();

  remember(release: Release): void {
    this.#written.set(keyText(keyOf(release)), trimRelease(release));
  }

  /** The Release as the cache has it, or as it was written since. */
  latest(cached: Release): Release {
    if (this.#written.size === 0) return cached;
    const text = keyText(keyOf(cached));
    const own = this.#written.get(text);
    if (own === undefined) return cached;
    const shown = JSON.stringify(placesOf(cached)) === JSON.stringify(placesOf(own));
    if (shown || own.metadata.uid !== cached.metadata.uid) {
      this.#written.delete(text);
      return cached;
    }
    return own;
  }
}
