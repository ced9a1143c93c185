import type { Outcome, Reconciler } from "../../../controller/index.ts";
import { indexValue, isNotFound, type Key } from "../../../controller/kube/index.ts";
import { isTrue, type Project, projectPath, type Release, releaseKind } from "../../api/index.ts";
import { endingWith } from "../../telemetry/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { releaseSpan } from "../request-span.ts";
import { resources } from "../resources.ts";
import { invalidShard, isOurs, projectOf } from "../sharding.ts";
import {
  conditionsOf,
  type Report,
  recordTransition,
  reportOf,
  stalled,
  writeStatus,
} from "../status.ts";
import { hasFailed } from "./release-identity.ts";
import { type Made, ReleaseSteps } from "./release-steps.ts";

/** Owns what is made of a Release and its conditions; number and places are the numbering's. */
const fieldManager = "forge-controller";

/** Set or changed by people, it has a release that failed looked at once more. */
const retryAnnotation = "forge.dev/retry";

/** How long a new Release waits for its number before its status speaks of it. */
const patienceMs = 10_000;

/** Renders a numbered Release, packages it and says how that went. */
export function createReleaseReconciler(deps: ReconcilerDeps): Reconciler {
  return {
    reconcile: async (key, { signal, log }) => {
      const cached = deps.caches.releases.get(key);
      if (cached === undefined || cached.metadata.deletionTimestamp || isSettled(cached)) {
        return { type: "done" };
      }
      const project = projectOf(deps, cached);
      if (!isOurs(deps, project)) return { type: "done" };
      const invalid = invalidShard(project);
      if (invalid !== undefined) return report(deps, cached, invalid, madeOf(cached), signal);
      const waiting = standsAside(deps, cached) ?? disabled(project, cached);
      if (waiting?.readiness === "progressing" && isNew(deps, cached)) {
        return { type: "requeue", afterMs: patienceMs, why: "the number is about to come" };
      }
      if (waiting !== undefined) return report(deps, cached, waiting, madeOf(cached), signal);
      const release = await readLive(deps, key, signal);
      const number = release?.status?.number;
      if (release === undefined || number === undefined || isSettled(release)) {
        return { type: "done" };
      }
      const steps = new ReleaseSteps(deps, release, number, project);
      try {
        const { image, ...made } = await endingWith(releaseSpan(deps, release), (span) =>
          steps.run(signal, span),
        );
        log.info({ image: image?.digest, number }, "release packaged");
        return await report(deps, release, steps.ready(), { image, ...made }, signal);
      } catch (error) {
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

/** Packaged, or failed for good: an immutable release that stands for itself is looked at once. */
export function isSettled(release: Release): boolean {
  const { status } = release;
  if (status?.number === undefined || status.joined !== undefined) return false;
  const retry = retryOf(release);
  const isAsked = retry !== undefined && retry !== status.retry && !status.replacedBy;
  if (isLost(release)) return !isAsked && !isBeingMadeAgain(release);
  if (isTrue(release, "Ready")) return true;
  return hasFailed(release) && !isAsked;
}

const lostReasons = ["TagMissing", "ImageMissing", "ImageChanged", "ImageTaken"];

/**
 * Packaged once, and not in the registry any more, under its tag or at all. It is not pushed again
 * before a person asks for it: somebody may have taken it away on purpose.
 */
export function isLost({ status }: Pick<Release, "status">): boolean {
  const packaged = status?.conditions?.find(({ type }) => type === "Packaged");
  const isNamed = packaged?.status === "False" && lostReasons.includes(packaged.reason);
  return status?.image !== undefined && isNamed;
}

/** A try that a person asked for failed for a while: it goes on. */
function isBeingMadeAgain(release: Release): boolean {
  const ready = release.status?.conditions?.find(({ type }) => type === "Ready");
  const isOver = isTrue(release, "Ready") || isTrue(release, "Stalled");
  return !isOver && !lostReasons.includes(ready?.reason ?? "");
}

function retryOf({ metadata }: Release): string | undefined {
  return metadata.annotations?.[retryAnnotation]?.slice(0, 63);
}

/** A project that is stopped takes no releases of git events; what people ask for goes on. */
function disabled(project: Project | undefined, { spec }: Release): Report | undefined {
  if (project?.spec.release.enabled !== false || spec.trigger.type === "Manual") return undefined;
  return stalled(
    "ReleaseDisabled",
    `Project ${project.metadata.name} is not released by git events: spec.release.enabled is false. Set it to true, and this release goes on.`,
  );
}

/** What a Release reports that is not to be packaged: not yet, or not at all. */
function standsAside(deps: ReconcilerDeps, release: Release): Report | undefined {
  const { namespace } = release.metadata;
  const { joined, conflictsWith, number } = release.status ?? {};
  if (joined !== undefined) {
    return joinedReport(deps.caches.releases.get({ namespace, name: joined }), joined);
  }
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

function joinedReport(first: Release | undefined, name: string): Report {
  const ready = first?.status?.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status === "True") {
    return {
      readiness: "ready",
      reason: "Joined",
      message: `Release ${name} holds this commit with the same content; its trigger and aliases were added there.`,
      outcome: { type: "done" },
    };
  }
  return {
    readiness: "progressing",
    reason: "AwaitingRelease",
    message: `Release ${name}, which this one joined, is not ready.`,
    outcome: { type: "wait", on: `release ${name}` },
  };
}

/** The cache holds no manifests: what is packaged is read from the API server. */
async function readLive(
  deps: ReconcilerDeps,
  key: Key,
  signal: AbortSignal,
): Promise<Release | undefined> {
  try {
    return await deps.client.get<Release>(resources.releases, key, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** What was made of it before: an image that was lost is still the one that it had. */
export function madeOf({ status }: Release): Made {
  const { image, commitTime, resources, unexplainedImages, warnings } = status ?? {};
  if (image === undefined) return {};
  return {
    image,
    ...(commitTime && { commitTime }),
    ...(resources && { resources }),
    ...(unexplainedImages && { unexplainedImages }),
    ...(warnings && { warnings }),
  };
}

/** Writes all that this module owns of a Release's status, and an event where Ready changed. */
export async function report(
  deps: ReconcilerDeps,
  release: Release,
  found: Report,
  made: Made,
  signal: AbortSignal,
): Promise<Outcome> {
  const fields = {
    observedGeneration: release.metadata.generation,
    image: made.image,
    commitTime: made.commitTime,
    resources: made.resources,
    unexplainedImages: made.unexplainedImages,
    warnings: made.warnings,
    retry: retryOf(release),
    conditions: conditionsOf(release, found, new Date(deps.clock.now())),
  };
  await writeStatus(deps, releaseKind, release, fieldManager, fields, signal);
  recordTransition(deps, release, found, "Package");
  return found.outcome;
}
