import type { Outcome, Reconciler } from "../../controller/index.ts";
import { isNotFound, type Key } from "../../controller/kube/index.ts";
import {
  ForgeError,
  isTrue,
  projectPath,
  type Release,
  type ReleaseStatus,
  releaseKind,
} from "../api/index.ts";
import { countByKind, renderYaml } from "../render/index.ts";
import { countsWithinBytes, limits } from "./bounded-status.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { releaseContent } from "./release-content.ts";
import { hasFailed } from "./release-identity.ts";
import { readSource } from "./release-source.ts";
import { indexValue, resources } from "./resources.ts";
import { invalidShard, isOurs, projectOf } from "./sharding.ts";
import {
  conditionsOf,
  type Report,
  recordTransition,
  reportOf,
  stalled,
  writeStatus,
} from "./status.ts";

/** Owns image, resources and conditions; the number and what joins are the numbering's. */
const fieldManager = "forge-controller";

/** Codes of the last step; all others speak of the source and its manifests. */
const registryErrors = /^(Registry|Image|InvalidReference)/;

/** How long a new Release waits for its number before its status speaks of it. */
const patienceMs = 10_000;

type Made = Pick<ReleaseStatus, "image" | "resources">;

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
      if (invalid !== undefined) return report(deps, cached, invalid, {}, signal);
      const waiting = standsAside(deps, cached);
      if (waiting?.readiness === "progressing" && isNew(deps, cached)) {
        return { type: "requeue", afterMs: patienceMs, why: "the number is about to come" };
      }
      if (waiting !== undefined) return report(deps, cached, waiting, {}, signal);
      const release = await readLive(deps, key, signal);
      const number = release?.status?.number;
      if (release === undefined || number === undefined || isSettled(release)) {
        return { type: "done" };
      }
      try {
        const made = await packageRelease(deps, release, number, signal);
        log.info({ image: made.status.image?.digest, number }, "release packaged");
        return await report(deps, release, made.report, made.status, signal);
      } catch (error) {
        const failure = reportOf(error);
        if (failure === undefined) throw error;
        const { reason, message } = failure;
        const type = registryErrors.test(reason) ? "Packaged" : "Rendered";
        const failed = {
          ...failure,
          conditions: [{ type, status: "False", reason, message }],
        } as const;
        const outcome = await report(deps, release, failed, {}, signal);
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
  return isTrue(release, "Ready") || hasFailed(release);
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

async function packageRelease(
  deps: ReconcilerDeps,
  release: Release,
  number: number,
  signal: AbortSignal,
): Promise<{ status: Made; report: Report }> {
  const source = await readSource(deps, release, signal);
  const manifests = renderYaml(source.files);
  const content = releaseContent(deps, release, number, source, manifests);
  const published = await deps.images.publish(content, signal);
  if (published.number !== number) {
    throw new ForgeError(
      "ImageTaken",
      `${published.ref} holds this release as number ${published.number}, and ${number} was given to it here`,
    );
  }
  deps.metrics.packaged(published.adopted ? "adopted" : "pushed");
  const message = `${published.ref}@${published.digest}`;
  const outcome: Outcome = { type: "done" };
  return {
    status: {
      image: {
        ref: published.ref,
        digest: published.digest,
        size: published.size,
        resourcesDigest: published.resourcesDigest,
        metadataDigest: published.metadataDigest,
      },
      resources: countsWithinBytes(countByKind(manifests), limits.resourceBytes),
    },
    report: {
      readiness: "ready",
      reason: "Packaged",
      message: `Release ${number} is ${message}.`,
      conditions: [
        {
          type: "SourceVerified",
          status: "Unknown",
          reason: "NotChecked",
          message: "What the release says of its branch, tag and commit was not checked.",
        },
        {
          type: "Rendered",
          status: "True",
          reason: "Rendered",
          message: `${manifests.length} objects.`,
        },
        {
          type: "Packaged",
          status: "True",
          reason: published.adopted ? "Adopted" : "Pushed",
          message,
        },
      ],
      outcome,
    },
  };
}

async function report(
  deps: ReconcilerDeps,
  release: Release,
  found: Report,
  made: Made,
  signal: AbortSignal,
): Promise<Outcome> {
  const fields = {
    observedGeneration: release.metadata.generation,
    image: made.image,
    resources: made.resources,
    conditions: conditionsOf(release, found, new Date(deps.clock.now())),
  };
  await writeStatus(deps, releaseKind, release, fieldManager, fields, signal);
  recordTransition(deps, release, found, "Package");
  return found.outcome;
}
