/**
 * Gives a project's Releases their numbers, aliases and places, one after another.
 *
 * The order of writes makes it safe against a kill between any two of them:
 *   1. Project.status.lastRelease {name, uid, number}, over the resource version that was read;
 *   2. Release.status.number, over the resource version that was read.
 * A controller that starts again finds 1 without 2 and writes 2 before it gives the next number,
 * so that no number is given twice or lost. A second controller that still believes to lead
 * fails at 1 with a Conflict.
 */
import type { ReconcileContext } from "../../controller/index.ts";
import { isNotFound, isNotNewer, keyOf, keyText } from "../../controller/kube/index.ts";
import {
  type Alias,
  ForgeError,
  type Project,
  projectKind,
  projectPath,
  type Release,
  type ReleaseStatus,
  releaseKind,
} from "../api/index.ts";
import { aliasesOf } from "./aliases.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { imageRepository } from "./release-content.ts";
import { planIdentity, withTrigger } from "./release-identity.ts";
import { byAge, indexValue, resources } from "./resources.ts";
import { writeStatus } from "./status.ts";

/** Owns number, triggers, aliases and what joins, conflicts and is replaced. */
const fieldManager = "forge-numbering";
const projectFieldManager = "forge-counter";
/** As many as the schema takes. */
const maximumTriggers = 64;
const maximumAliases = 128;

export interface Numbering {
  /** Numbers every Release that waits, and returns the Project as it is afterwards. */
  run(project: Project, context: ReconcileContext): Promise<Project>;
}

type Places = Pick<
  ReleaseStatus,
  "number" | "triggers" | "aliases" | "joined" | "conflictsWith" | "replacedBy"
>;

export function createNumbering(deps: ReconcilerDeps): Numbering {
  /** Releases as this worker wrote them, until the cache shows as much. */
  const written = new Map<string, Release>();

  return { run: async (project, context) => new Run(deps, written, context).number(project) };
}

class Run {
  readonly #deps: ReconcilerDeps;
  readonly #written: Map<string, Release>;
  readonly #context: ReconcileContext;

  constructor(deps: ReconcilerDeps, written: Map<string, Release>, context: ReconcileContext) {
    this.#deps = deps;
    this.#written = written;
    this.#context = context;
  }

  async number(project: Project): Promise<Project> {
    let current = await this.#finishLast(project);
    const waiting = this.#releasesOf(current)
      .filter(({ metadata, status }) => !metadata.deletionTimestamp && !isPlaced(status))
      .toSorted(byAge);
    for (const candidate of waiting) {
      this.#context.signal.throwIfAborted();
      const release = await this.#live(candidate);
      if (release === undefined || isPlaced(release.status)) continue;
      current = await this.#place(current, release);
    }
    return current;
  }

  /** Writes the number that was taken last to its Release, if a kill came between the two. */
  async #finishLast(project: Project): Promise<Project> {
    const last = project.status?.lastRelease;
    if (last === undefined) return project;
    const key = { namespace: project.metadata.namespace, name: last.name };
    const known = this.#written.get(keyText(key)) ?? this.#deps.caches.releases.get(key);
    if (known?.metadata.uid === last.uid && isPlaced(known.status)) return project;
    const release = await this.#live({ metadata: key });
    if (release === undefined || release.metadata.uid !== last.uid || isPlaced(release.status)) {
      return project;
    }
    await this.#writeFresh(project, release, last.number);
    return project;
  }

  async #place(project: Project, release: Release): Promise<Project> {
    const others = await this.#sameCommit(release);
    const plan = planIdentity(release, others);
    switch (plan.type) {
      case "join":
        await this.#join(project, release, plan.first);
        return project;
      case "conflict":
        await this.#write(release, { conflictsWith: plan.first.metadata.name });
        return project;
      case "replace":
        // The number belongs to the triplet: the failed one gives it up, and resolves no more.
        await this.#write(plan.failed, {
          ...placesOf(plan.failed),
          aliases: [],
          replacedBy: release.metadata.name,
        });
        await this.#writeFresh(project, release, plan.failed.status?.number ?? 0);
        return project;
      default:
        return this.#giveNumber(project, release);
    }
  }

  async #giveNumber(project: Project, release: Release): Promise<Project> {
    const packaged = await this.#packagedNumber(project, release);
    const counter = project.status?.lastRelease?.number ?? (await this.#recoverCounter(project));
    const number = packaged ?? counter + 1;
    let counted = project;
    if (number > counter) {
      const { name, uid } = release.metadata;
      const fields = { lastRelease: { name, uid, number } };
      counted = await writeStatus(
        this.#deps,
        projectKind,
        project,
        projectFieldManager,
        fields,
        this.#context.signal,
      );
    }
    await this.#writeFresh(counted, release, number);
    this.#context.log.info({ release: release.metadata.name, number }, "release numbered");
    return counted;
  }

  /** An image of this commit that was there before the Release keeps its number. */
  async #packagedNumber(project: Project, release: Release): Promise<number | undefined> {
    try {
      const repository = imageRepository(this.#deps.settings, project);
      const reference = `${repository}:${release.spec.commit}`;
      const image = await this.#deps.images.read(reference, this.#context.signal);
      return image.metadata.release.number;
    } catch (error) {
      // What is there and is no release image is for the packaging to refuse.
      const absent = ["ImageNotFound", "ImageInvalid", "InvalidReference"];
      if (error instanceof ForgeError && absent.includes(error.code)) return undefined;
      throw error;
    }
  }

  /** A counter that is missing resumes above every number that anything still knows. */
  async #recoverCounter(project: Project): Promise<number> {
    const known = this.#releasesOf(project).map(({ status }) => status?.number ?? 0);
    const pointers = this.#deps.caches.pointers
      .byIndex("project", this.#indexOf(project))
      .flatMap(({ status }) => [status?.deployed?.number ?? 0, status?.previous?.number ?? 0]);
    const registry = await this.#deps.images.highestNumber(
      imageRepository(this.#deps.settings, project),
      this.#context.signal,
    );
    return Math.max(0, registry, ...known, ...pointers);
  }

  async #join(project: Project, release: Release, first: Release): Promise<void> {
    const { number = 0, triggers = [], aliases = [] } = first.status ?? {};
    const added = this.#freeAliases(project, release, number).filter(
      ({ value }) => !aliases.some((alias) => alias.value === value),
    );
    await this.#write(first, {
      ...placesOf(first),
      triggers: withTrigger(triggers, release.spec.trigger).slice(0, maximumTriggers),
      aliases: [...aliases, ...added].slice(0, maximumAliases),
    });
    await this.#write(release, { number, joined: first.metadata.name });
  }

  async #writeFresh(project: Project, release: Release, number: number): Promise<void> {
    await this.#write(release, {
      number,
      triggers: [release.spec.trigger],
      aliases: this.#freeAliases(project, release, number),
    });
  }

  /** The aliases that nobody else in the project holds: who held one first keeps it. */
  #freeAliases(project: Project, release: Release, number: number): Alias[] {
    const holders = this.#releasesOf(project).filter(
      ({ metadata, spec }) =>
        metadata.uid !== release.metadata.uid && spec.commit !== release.spec.commit,
    );
    return aliasesOf(project.spec, release.spec.trigger, number).filter(({ value }) => {
      const holder = holders.find(({ status }) =>
        status?.aliases?.some((alias) => alias.value === value),
      );
      if (holder === undefined) return true;
      this.#deps.events.record(release, {
        type: "Warning",
        reason: "AliasTaken",
        action: "Number",
        note: `Release ${holder.metadata.name} holds the alias ${value} and keeps it.`,
      });
      return false;
    });
  }

  async #write(release: Release, places: Places): Promise<void> {
    const fields: Record<keyof Places, unknown> = {
      number: places.number,
      triggers: places.triggers,
      aliases: places.aliases,
      joined: places.joined,
      conflictsWith: places.conflictsWith,
      replacedBy: places.replacedBy,
    };
    const { signal } = this.#context;
    const object = await writeStatus(
      this.#deps,
      releaseKind,
      release,
      fieldManager,
      fields,
      signal,
    );
    this.#written.set(keyText(keyOf(object)), object);
  }

  /** The project's Releases as the cache has them, or as this worker wrote them since. */
  #releasesOf(project: Project): Release[] {
    return this.#deps.caches.releases
      .byIndex("project", this.#indexOf(project))
      .map((cached) => this.#latest(cached));
  }

  #latest(cached: Release): Release {
    const text = keyText(keyOf(cached));
    const own = this.#written.get(text);
    if (own === undefined) return cached;
    const passed = isNotNewer(own.metadata.resourceVersion, cached.metadata.resourceVersion);
    const shown = passed || JSON.stringify(placesOf(cached)) === JSON.stringify(placesOf(own));
    if (shown || own.metadata.uid !== cached.metadata.uid) {
      this.#written.delete(text);
      return cached;
    }
    return own;
  }

  #indexOf(project: Project): string {
    const { repository, name } = project.spec;
    return indexValue(project.metadata.namespace, projectPath(repository, name));
  }

  /** The other Releases of the same commit, read live: whole, with their manifests. */
  async #sameCommit(release: Release): Promise<Release[]> {
    const { repository, project, commit } = release.spec;
    const index = indexValue(release.metadata.namespace, projectPath(repository, project), commit);
    const others = this.#deps.caches.releases
      .byIndex("commit", index)
      .filter(({ metadata }) => metadata.uid !== release.metadata.uid);
    const live = await Promise.all(others.map((other) => this.#live(other)));
    return live.filter((other) => other !== undefined).toSorted(byAge);
  }

  async #live(release: {
    readonly metadata: { readonly namespace: string; readonly name: string };
  }): Promise<Release | undefined> {
    const { namespace, name } = release.metadata;
    const { signal } = this.#context;
    try {
      return await this.#deps.client.get<Release>(
        resources.releases,
        { namespace, name },
        { signal },
      );
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

/** Numbered, joined or in conflict: nothing is left to decide. */
function isPlaced(status: ReleaseStatus | undefined): boolean {
  return status?.number !== undefined || status?.conflictsWith !== undefined;
}

function placesOf({ status }: Release): Places {
  const { number, triggers, aliases, joined, conflictsWith, replacedBy } = status ?? {};
  return { number, triggers, aliases, joined, conflictsWith, replacedBy };
}
