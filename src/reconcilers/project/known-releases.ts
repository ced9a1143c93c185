import type { CacheReader } from "../../../controller/kube/index.ts";
import type { Project, Release, ReleaseStatus } from "../../api/index.ts";
import { OwnWrites } from "../own-writes.ts";
import { projectIndex } from "../resources.ts";
import { trimRelease } from "../trimmed.ts";

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
  readonly #written: OwnWrites<Release>;

  constructor(cache: CacheReader<Release>) {
    this.#cache = cache;
    this.#written = new OwnWrites(cache);
  }

  remember(release: Release): void {
    this.#written.remember(trimRelease(release));
  }

  /** All of a project. */
  of(project: Project): Release[] {
    return this.#cache
      .byIndex("project", projectIndex(project))
      .map((cached) => this.#written.latest(cached));
  }

  find(namespace: string, name: string): Release | undefined {
    return this.#written.get({ namespace, name });
  }
}
