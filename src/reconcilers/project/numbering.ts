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
import type { ReconcileContext } from "../../../controller/index.ts";
import type { Key } from "../../../controller/kube/index.ts";
import { byAge, type Project, projectKind, type Release, releaseKind } from "../../api/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { readLive } from "../read-live.ts";
import { isPlaced, planIdentity } from "../release/release-identity.ts";
import { commitIndex, resources } from "../resources.ts";
import { writeStatus } from "../status.ts";
import { KnownReleases, type Places, placesOf } from "./known-releases.ts";
import { Counters, packagedNumber } from "./release-number.ts";

/** Owns the number, and what joins, conflicts and is replaced; names are kept as they stand. */
const fieldManager = "forge-numbering";
const projectFieldManager = "forge-counter";
export interface Numbering {
  /** Whether, by what the cache tells, no Release waits and none was left half numbered. */
  isIdle(project: Project): boolean;
  /** Numbers every Release that waits, and returns the Project as it is afterwards. */
  run(project: Project, context: ReconcileContext): Promise<Project>;
}

export function createNumbering(deps: ReconcilerDeps): Numbering {
  const known = new KnownReleases(deps.caches.releases);
  const counters = new Counters(deps);
  return {
    isIdle: (project) => isIdle(known, project),
    run: async (project, context) => new Run(deps, known, counters, context).number(project),
  };
}

function isIdle(known: KnownReleases, project: Project): boolean {
  const releases = known.of(project);
  if (releases.some((release) => waits(release, known))) return false;
  const last = project.status?.lastRelease;
  return releases.every(
    ({ metadata, status }) => metadata.uid !== last?.uid || status?.number !== undefined,
  );
}

function waits(release: Release, known: KnownReleases): boolean {
  const { namespace, deletionTimestamp } = release.metadata;
  return !deletionTimestamp && !isPlaced(release, (name) => known.find(namespace, name));
}

/** Who holds a number of its commit already, since it had joined, comes before who came by age. */
function byClaim(a: Release, b: Release): number {
  const isNew = ({ status }: Release) => Number(status?.number === undefined);
  return isNew(a) - isNew(b) || byAge(a, b);
}

class Run {
  readonly #deps: ReconcilerDeps;
  readonly #known: KnownReleases;
  readonly #counters: Counters;
  readonly #context: ReconcileContext;

  constructor(
    deps: ReconcilerDeps,
    known: KnownReleases,
    counters: Counters,
    context: ReconcileContext,
  ) {
    this.#deps = deps;
    this.#known = known;
    this.#counters = counters;
    this.#context = context;
  }

  async number(project: Project): Promise<Project> {
    let current = await this.#finishLast(project);
    const waiting = this.#known.of(current).filter((each) => waits(each, this.#known));
    for (const candidate of waiting.toSorted(byClaim)) {
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
    const known = this.#known.find(key.namespace, key.name);
    const isNumbered = (release: Release | undefined) => release?.status?.number !== undefined;
    if (known?.metadata.uid === last.uid && isNumbered(known)) return project;
    const release = await this.#live({ metadata: key });
    if (release?.metadata.uid !== last.uid || isNumbered(release)) return project;
    await this.#writeNumber(release, last.number);
    return project;
  }

  async #place(project: Project, candidate: Release): Promise<Project> {
    const others = await this.#sameCommit(candidate);
    // What is compared is read whole. Alone it is as the cache has it: should that be behind, the
    // write is a Conflict.
    const release = others.length === 0 ? candidate : await this.#live(candidate);
    if (release === undefined || !waits(release, this.#known)) return project;
    const plan = planIdentity(release, others);
    switch (plan.type) {
      case "join":
        await this.#join(release, plan.first);
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
        await this.#writeNumber(release, plan.failed.status?.number ?? 0);
        return project;
      default:
        if (release.status?.number === undefined) return this.#giveNumber(project, release);
        // The one that it joined is gone: the number of their commit is its own now.
        await this.#writeNumber(release, release.status.number);
        return project;
    }
  }

  async #giveNumber(project: Project, release: Release): Promise<Project> {
    const { signal } = this.#context;
    const siblings = this.#known.of(project);
    const packaged = await packagedNumber(this.#deps, project, release, siblings, signal);
    const counter = await this.#counters.highest(project, siblings, signal);
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
        signal,
      );
    }
    await this.#writeNumber(release, number);
    this.#context.log.info({ release: release.metadata.name, number }, "release numbered");
    return counted;
  }

  async #join(release: Release, first: Release): Promise<void> {
    await this.#write(release, { number: first.status?.number, joined: first.metadata.name });
  }

  /** The names that stand there are those of the packaging, which older versions wrote here. */
  async #writeNumber(release: Release, number: number): Promise<void> {
    const { triggers, aliases } = release.status ?? {};
    await this.#write(release, { number, triggers, aliases });
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
    this.#known.remember(object);
  }

  /** The other Releases of the same commit, read live: whole, with their manifests. */
  async #sameCommit(release: Release): Promise<Release[]> {
    const others = this.#deps.caches.releases
      .byIndex("commit", commitIndex(release))
      .filter(({ metadata }) => metadata.uid !== release.metadata.uid);
    const live = await Promise.all(others.map((other) => this.#live(other)));
    return live.filter((other) => other !== undefined).toSorted(byAge);
  }

  #live({ metadata }: { readonly metadata: Key }): Promise<Release | undefined> {
    const { namespace, name } = metadata;
    const { signal } = this.#context;
    return readLive<Release>(this.#deps, resources.releases, { namespace, name }, signal);
  }
}
