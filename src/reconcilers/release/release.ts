import type { Outcome, Reconciler } from "../../../controller/index.ts";
import { indexValue, type Key } from "../../../controller/kube/index.ts";
import { type Project, projectPath, type Release } from "../../api/index.ts";
import { endingWith } from "../../telemetry/index.ts";
import { ownClaim } from "../../triggers/index.ts";
import { imageRefusal } from "../image-ownership.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { readLive } from "../read-live.ts";
import { releaseSpan } from "../request-span.ts";
import { resources } from "../resources.ts";
import { invalidShard, isOurs, projectOf } from "../sharding.ts";
import { type Report, reportOf, stalled } from "../status.ts";
import { GrantedAliases } from "./granted-aliases.ts";
import { reconcileJoined } from "./joined-release.ts";
import { grantNames, owesNames } from "./names.ts";
import { madeOf, report, writeNames } from "./release-report.ts";
import { ReleaseSteps } from "./release-steps.ts";
import { isSettled } from "./settled.ts";

/** How long a new Release waits for its number before its status speaks of it. */
const patienceMs = 10_000;

/** Renders a numbered Release, packages it and says how that went. */
export function createReleaseReconciler(deps: ReconcilerDeps): Reconciler {
  const granted = new GrantedAliases(deps.caches.releases);
  return {
    reconcile: async (key, { signal, log }) => {
      const cached = deps.caches.releases.get(key);
      if (cached === undefined || cached.metadata.deletionTimestamp) return { type: "done" };
      if (isSettled(cached) && !owesNames(deps, cached)) return { type: "done" };
      const project = projectOf(deps, cached);
      if (!isOurs(deps, project)) return { type: "done" };
      const invalid = invalidShard(project);
      if (invalid !== undefined) return report(deps, cached, invalid, madeOf(cached), signal);
      const { joined } = cached.status ?? {};
      if (joined !== undefined) {
        const stop = ownClaim(cached) === undefined ? disabled(project, cached) : undefined;
        if (stop !== undefined) return report(deps, cached, stop, {}, signal);
        return reconcileJoined(deps, cached, joined, signal);
      }
      if (isSettled(cached)) return updateNames(deps, granted, key, signal);
      const waiting =
        standsAside(deps, cached) ?? disabled(project, cached) ?? unwritable(deps, project);
      if (waiting?.readiness === "progressing" && isNew(deps, cached)) {
        return { type: "requeue", afterMs: patienceMs, why: "the number is about to come" };
      }
      if (waiting !== undefined) return report(deps, cached, waiting, madeOf(cached), signal);
      // The cache holds no manifests.
      const release = await readLive<Release>(deps, resources.releases, key, signal);
      const number = release?.status?.number;
      if (release === undefined || number === undefined || isSettled(release)) {
        return { type: "done" };
      }
      const steps = new ReleaseSteps(deps, granted, release, number, project);
      try {
        const { image, ...made } = await endingWith(releaseSpan(deps, release), (span) =>
          steps.run(signal, span),
        );
        log.info({ image: image?.digest, number }, "release packaged");
        return await report(deps, release, steps.ready(), { image, ...made }, signal);
      } catch (error) {
        granted.revoke(release);
        const failure = reportOf(error);
        if (failure === undefined) throw error;
        const outcome = await report(deps, release, steps.failed(failure), madeOf(release), signal);
        if (failure.readiness === "retrying") throw error;
        deps.metrics.packaged("failed");
        return outcome;
      }
    },
  };
}

/** Not numbered, and so young that a word about it would only race with its number. */
function isNew({ clock }: ReconcilerDeps, { metadata, status }: Release): boolean {
  const isPlaced = status?.number !== undefined || status?.conflictsWith !== undefined;
  // Creation is told by the second.
  return !isPlaced && clock.now() - Date.parse(metadata.creationTimestamp) < patienceMs + 1_000;
}

/** A project that is stopped takes no releases of git events; what people ask for goes on. */
function disabled(project: Project | undefined, { spec }: Release): Report | undefined {
  if (project?.spec.release.enabled !== false || spec.trigger.type === "Manual") return undefined;
  return stalled(
    "ReleaseDisabled",
    `Project ${project.metadata.name} is not released by git events: spec.release.enabled is false. Set it to true, and this release goes on.`,
  );
}

/** An image that the project may not write; before it was judged, its status may be about to allow it. */
function unwritable(deps: ReconcilerDeps, project: Project | undefined): Report | undefined {
  const error = project && imageRefusal(deps, project);
  if (project === undefined || error === undefined) return undefined;
  const isJudged = project.status?.conditions?.some(({ type }) => type === "RegistryAllowed");
  if (isJudged) return stalled(error.code, `${error.message}. ${error.hint}`);
  return {
    readiness: "progressing",
    reason: "AwaitingProject",
    message: "The project has not said yet where its images go.",
    outcome: { type: "wait", on: "the project's registry" },
  };
}

/** What a Release reports that is not to be packaged: not yet, or not at all. */
function standsAside(deps: ReconcilerDeps, release: Release): Report | undefined {
  const { namespace } = release.metadata;
  const { conflictsWith, number } = release.status ?? {};
  if (conflictsWith !== undefined) {
    const message = `Release ${conflictsWith} holds this commit with other content: a commit is released once. Release another commit, or delete the one that is wrong.`;
    return stalled("Conflict", message);
  }
  if (number !== undefined) return undefined;
  const path = projectPath(release.spec.repository, release.spec.project);
  const projects = deps.caches.projects.byIndex("project", indexValue(namespace, path));
  const refusal = projects
    .flatMap(({ status }) => status?.conditions ?? [])
    .find(
      ({ type, status, reason }) =>
        type === "Stalled" && status === "True" && reason !== "Duplicate",
    );
  if (refusal !== undefined) return stalled(refusal.reason, refusal.message);
  return {
    readiness: "progressing",
    reason: "AwaitingNumber",
    message: "The project has not given the release its number yet.",
    outcome: { type: "wait", on: "the number from the project" },
  };
}

/** Lists claims and aliases that a packaged release has taken over since. */
async function updateNames(
  deps: ReconcilerDeps,
  granted: GrantedAliases,
  key: Key,
  signal: AbortSignal,
): Promise<Outcome> {
  const release = await readLive<Release>(deps, resources.releases, key, signal);
  const number = release?.status?.number;
  if (release === undefined || number === undefined || !owesNames(deps, release)) {
    return { type: "done" };
  }
  const own = ownClaim(release);
  try {
    const names = await grantNames(deps, granted, { release, number, own }, signal);
    await writeNames(deps, release, names, signal);
  } catch (error) {
    granted.revoke(release);
    throw error;
  }
  return { type: "done" };
}
