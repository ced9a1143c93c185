import { type CacheReader, keyOf, keyText } from "../../controller/kube/index.ts";
import type { Project, Release, ReleaseStatus } from "../api/index.ts";
import { projectIndex } from "./resources.ts";
import { trimRelease } from "./trimmed.ts";

/** What the numbering decides of a Release, and all that it writes of its status. */
export type Places = Pick<
  ReleaseStatus,
  "number" | "triggers" | "aliases" | "joined" | "conflictsWith" | "replacedBy"
>;

export function placesOf({ status }: Release): Places {
  const { number, triggers, aliases, joined, conflictsWith, replacedBy } = status ?? {};
  return { number, triggers, aliases, joined, conflictsWith, replacedBy };
}

/** The Releases of the cache, or as this process wrote them since; without manifests. */
export class KnownReleases {
  readonly #cache: CacheReader<Release>;
  /** Until the cache shows as much. */
  readonly #written = new Map<string, Release>();

  constructor(cache: CacheReader<Release>) {
    this.#cache = cache;
  }

  remember(release: Release): void {
    this.#written.set(keyText(keyOf(release)), trimRelease(release));
  }

  /** All of a project. */
  of(project: Project): Release[] {
    return this.#cache
      .byIndex("project", projectIndex(project))
      .map((cached) => this.#latest(cached));
  }

  find(namespace: string, name: string): Release | undefined {
    const cached = this.#cache.get({ namespace, name });
    return cached && this.#latest(cached);
  }

  #latest(cached: Release): Release {
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
