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
import { isNotFound } from "../../controller/kube/index.ts";
import {
  type Alias,
  ForgeError,
  type Project,
  projectKind,
  projectPath,
  type Release,
  releaseKind,
  type Trigger,
} from "../api/index.ts";
import { aliasesOf } from "./aliases.ts";
import { limits, withinBytes } from "./bounded-status.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { imageRepository } from "./release-content.ts";
import { isPlaced, planIdentity, withTrigger } from "./release-identity.ts";
import { byAge, indexValue, resources } from "./resources.ts";
import { writeStatus } from "./status.ts";
import { type Places, placesOf, WrittenReleases } from "./written-releases.ts";

/** Owns number, triggers, aliases and what joins, conflicts and is replaced. */
const fieldManager = "forge-numbering";
const projectFieldManager = "forge-counter";
export interface Numbering {
  /** Whether, by what the cache tells, no Release waits and none was left half numbered. */
  isIdle(project: Project): boolean;
  /** Numbers every Release that waits, and returns the Project as it is afterwards. */
  run(project: Project, context: ReconcileContext): Promise<Project>;
}

export function createNumbering(deps: ReconcilerDeps): Numbering {
  const written = new WrittenReleases();
  return {
    isIdle: (project) => isIdle(deps, written, project),
    run: async (project, context) => new Run(deps, written, context).number(project),
  };
}

function isIdle(deps: ReconcilerDeps, written: WrittenReleases, project: Project): boolean {
  const releases = releasesOf(deps, written, project);
  const find = finder(releases);
  if (releases.some((release) => waits(release, find))) return false;
  const last = project.status?.lastRelease;
  return releases.every(
    ({ metadata, status }) => metadata.uid !== last?.uid || status?.number !== undefined,
  );
}

/** The project's Releases as the cache has them, or as they were written since. */
function releasesOf(deps: ReconcilerDeps, written: WrittenReleases, project: Project): Release[] {
  return deps.caches.releases
    .byIndex("project", indexOf(project))
    .map((cached) => written.latest(cached));
}

function indexOf({ metadata, spec }: Project): string {
  return indexValue(metadata.namespace, projectPath(spec.repository, spec.name));
}

type Find = (name: string) => Release | undefined;

function finder(releases: readonly Release[]): Find {
  const byName = new Map(releases.map((release) => [release.metadata.name, release]));
  return (name) => byName.get(name);
}

function waits(release: Release, find: Find): boolean {
  return !release.metadata.deletionTimestamp && !isPlaced(release, find);
}

class Run {
  readonly #deps: ReconcilerDeps;
  readonly #written: WrittenReleases;
  readonly #context: ReconcileContext;

  constructor(deps: ReconcilerDeps, written: WrittenReleases, context: ReconcileContext) {
    this.#deps = deps;
    this.#written = written;
    this.#context = context;
  }

  async number(project: Project): Promise<Project> {
    let current = await this.#finishLast(project);
    const releases = this.#releasesOf(current);
    const find = finder(releases);
    for (const candidate of releases.filter((each) => waits(each, find)).toSorted(byAge)) {
      this.#context.signal.throwIfAborted();
      current = await this.#place(current, candidate);
    }
    return current;
  }

  /** Writes the number that was taken last to its Release, if a kill came between the two. */
  async #finishLast(project: Project): Promise<Project> {
    const last = project.status?.lastRelease;
    if (last === undefined) return project;
    const key = { namespace: project.metadata.namespace, name: last.name };
    const cached = this.#deps.caches.releases.get(key);
    const known = cached && this.#written.latest(cached);
    const isNumbered = (release: Release | undefined) => release?.status?.number !== undefined;
    if (known?.metadata.uid === last.uid && isNumbered(known)) return project;
    const release = await this.#live({ metadata: key });
    if (release?.metadata.uid !== last.uid || isNumbered(release)) return project;
    await this.#writeFresh(project, release, last.number);
    return project;
  }

  async #place(project: Project, candidate: Release): Promise<Project> {
    const others = await this.#sameCommit(candidate);
    // What is compared is read whole. Alone it is as the cache has it: should that be behind, the
    // write is a Conflict.
    const release = others.length === 0 ? candidate : await this.#live(candidate);
    if (release === undefined || isPlaced(release, finder(this.#releasesOf(project)))) {
      return project;
    }
    const plan = planIdentity(release, others);
    switch (plan.type) {
      case "join":
        await this.#join(project, release, plan.first);
        return project;
      case "conflict":
        await this.#write(release, { conflictsWith: plan.first.metadata.name });
        return project;
      case "replace":
        // The number belongs to the triplet, and so does what joined it: the failed one gives
        // them up, and resolves no more.
        await this.#write(plan.failed, {
          ...placesOf(plan.failed),
          aliases: [],
          replacedBy: release.metadata.name,
        });
        await this.#writeFresh(project, release, plan.failed.status?.number ?? 0, plan.failed);
        return project;
      default:
        if (release.status?.number === undefined) return this.#giveNumber(project, release);
        // The one that it joined is gone: the number of their commit is its own now.
        await this.#writeFresh(project, release, release.status.number);
        return project;
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
      const { metadata } = await this.#deps.images.read(reference, this.#context.signal);
      const { number } = metadata.release;
      // What is no image of this release, or claims another one's number, the packaging refuses.
      const isOurs =
        metadata.source.repository === release.spec.repository &&
        metadata.source.project === release.spec.project &&
        metadata.source.commit === release.spec.commit;
      const isHeld = this.#releasesOf(project).some(
        ({ spec, status }) => status?.number === number && spec.commit !== release.spec.commit,
      );
      return isOurs && !isHeld ? number : undefined;
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
      .byIndex("project", indexOf(project))
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
      triggers: this.#bounded(release, withTrigger(triggers, release.spec.trigger)),
      aliases: withinBytes([...aliases, ...added], limits.aliasBytes),
    });
    await this.#write(release, { number, joined: first.metadata.name });
  }

  /** @param before a failed Release whose triggers and aliases go over to this one */
  async #writeFresh(
    project: Project,
    release: Release,
    number: number,
    before?: Release,
  ): Promise<void> {
    const { triggers = [], aliases = [] } = before?.status ?? {};
    const own = this.#freeAliases(project, release, number).filter(
      ({ value }) => !aliases.some((alias) => alias.value === value),
    );
    await this.#write(release, {
      number,
      triggers: this.#bounded(release, withTrigger(triggers, release.spec.trigger)),
      aliases: withinBytes([...aliases, ...own], limits.aliasBytes),
    });
  }

  /** What does not fit is said, since a rule may wait for just that trigger. */
  #bounded(release: Release, triggers: readonly Trigger[]): Trigger[] {
    const kept = withinBytes(triggers, limits.triggerBytes);
    if (kept.length < triggers.length) {
      this.#deps.events.record(release, {
        type: "Warning",
        reason: "TriggerDropped",
        action: "Number",
        note: `${triggers.length - kept.length} triggers do not fit into the status; release the commit's successor.`,
      });
    }
    return kept;
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
    this.#written.remember(object);
  }

  #releasesOf(project: Project): Release[] {
    return releasesOf(this.#deps, this.#written, project);
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
