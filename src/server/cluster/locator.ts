import { byAge, ForgeError, projectPath } from "../../api/index.ts";
import type { Access } from "../caller/access.ts";
import type { Caller } from "../caller/caller.ts";
import type { ChangeFeed } from "../events/change-feed.ts";
import type { Located } from "../http/route.ts";
import type { Caches } from "./informers.ts";

/** What is looked for, and what the caller must be let list to find it. */
export interface Wanted {
  readonly repository: string;
  readonly project: string;
  readonly namespace?: string | undefined;
  /** Plural, such as releases. */
  readonly reads: string;
}

/** Finds what a caller may see. To anybody else it is as if it were not there. */
export class Locator {
  readonly #caches: Caches;
  readonly #access: Access;
  readonly #changes: Pick<ChangeFeed, "end">;
  #known: { readonly at: number; readonly namespaces: readonly string[] } | undefined;

  constructor(caches: Caches, access: Access, changes: Pick<ChangeFeed, "end">) {
    this.#caches = caches;
    this.#access = access;
    this.#changes = changes;
  }

  /** The namespaces that hold anything of forge's. */
  namespaces(): readonly string[] {
    const { end } = this.#changes;
    if (this.#known?.at !== end) this.#known = { at: end, namespaces: this.#namespaces() };
    return this.#known.namespaces;
  }

  #namespaces(): readonly string[] {
    const found = new Set<string>();
    for (const { metadata } of this.#caches.Environment.list()) found.add(metadata.namespace);
    for (const { metadata } of this.#caches.Project.list()) found.add(metadata.namespace);
    return [...found].toSorted();
  }

  /** Those of them whose objects of a kind the caller may list; one alone where it is named. */
  readable(
    caller: Caller,
    reads: string,
    namespace: string | undefined,
  ): Promise<ReadonlySet<string>> {
    const asked = namespace === undefined ? this.namespaces() : [namespace];
    return this.#access.readable(caller, reads, asked);
  }

  /** Those of the namespaces whose objects of a kind the caller may list. */
  async readableOf(
    caller: Caller,
    reads: string,
    namespaces: readonly string[],
  ): Promise<string[]> {
    return [...(await this.#access.readable(caller, reads, namespaces))];
  }

  /**
   * Finds the namespace with the oldest Project of that name, where several have one. The API server
   * is asked the same, whether the project is there, is another tenant's, or is nowhere.
   */
  async find(caller: Caller, wanted: Wanted): Promise<Located | undefined> {
    const { repository, project, namespace, reads } = wanted;
    const readable = await this.readable(caller, reads, namespace);
    const [first] = this.#caches.Project.byIndex("path", projectPath(repository, project))
      .filter(({ metadata }) => readable.has(metadata.namespace))
      .toSorted(byAge);
    return first && { namespace: first.metadata.namespace, repository, project };
  }

  /** @throws ForgeError ProjectNotFound */
  async project(caller: Caller, wanted: Wanted): Promise<Located> {
    const found = await this.find(caller, wanted);
    if (found !== undefined) return found;
    throw projectNotFound(wanted);
  }
}

export function projectNotFound(wanted: Pick<Wanted, "repository" | "project">): ForgeError {
  const path = projectPath(wanted.repository, wanted.project);
  return new ForgeError("ProjectNotFound", `there is no project ${path} that you may read`, {
    hint: "List those that you may read with GET /v1/projects.",
  });
}
