import type { Reconciler } from "../../../controller/index.ts";
import { indexValue } from "../../../controller/kube/index.ts";
import { ForgeError, isTrue, type Release } from "../../api/index.ts";
import { repositoryOf } from "../image-name.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { isOurs, projectAt } from "../sharding.ts";
import type { Report } from "../status.ts";
import { madeOf, report } from "./release-report.ts";
import { isLost, isSettled } from "./settled.ts";

/** One list of tags a project each time; what a deployment needs is asked for by itself. */
const againMs = 60 * 60_000;

/**
 * Looks whether the registry still has the releases of a project, by its list of tags; of those
 * that are not there, one by one, whether their digest is. What was lost is said and left so.
 * Its keys are those of the project's own loop.
 */
export function createRegistryWatchReconciler(deps: ReconcilerDeps): Reconciler {
  return {
    reconcile: async ({ namespace, name: path }, { signal, log }) => {
      if (!isOurs(deps, projectAt(deps, namespace, path))) return { type: "done" };
      const releases = deps.caches.releases
        .byIndex("project", indexValue(namespace, path))
        .filter((release) => release.status?.image !== undefined && isWatched(release));
      try {
        for (const [repository, alike] of byRepository(releases)) {
          const commits = await deps.images.commits(repository, signal);
          for (const release of alike) await look(deps, release, repository, commits, signal);
        }
      } catch (error) {
        if (!(error instanceof ForgeError)) throw error;
        log.warn({ code: error.code, reason: error.message }, "registry not looked through");
      }
      const afterMs = againMs * (1 + deps.random() / 4);
      return { type: "requeue", afterMs, why: "a registry tells nobody what it loses" };
    },
  };
}

function isWatched(release: Release): boolean {
  return isSettled(release) && (isTrue(release, "Ready") || isLost(release));
}

function byRepository(releases: readonly Release[]): Map<string, Release[]> {
  return Map.groupBy(releases, ({ status }) => repositoryOf(status?.image?.ref ?? ""));
}

async function look(
  deps: ReconcilerDeps,
  release: Release,
  repository: string,
  commits: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const { digest = "", ref = "" } = release.status?.image ?? {};
  const isTagged = commits.has(release.spec.commit);
  if (isTagged && !isLost(release)) return;
  const image = `${repository}@${digest}`;
  const isThere = await deps.images.has(image, signal);
  const found = isThere ? thereReport(release, isTagged, ref, digest) : lostReport(image);
  await report(deps, release, found, madeOf(release), signal);
}

/** First what to do: the end of a long message is cut. */
const next =
  "restore it from its backup, or have the image made again by the annotation forge.dev/retry";

/** Pointers go by the digest: without its tag alone, a release can be deployed as before. */
function thereReport(release: Release, isTagged: boolean, ref: string, digest: string): Report {
  const packaged = isTagged
    ? ({ status: "True", reason: "Found", message: `${ref}@${digest}` } as const)
    : ({
        status: "False",
        reason: "TagMissing",
        message: `The registry lost the tag, and has the digest: ${next}. ${ref}@${digest}`,
      } as const);
  return {
    readiness: "ready",
    reason: isTagged ? "Packaged" : "TagMissing",
    message: isTagged ? `Release ${release.status?.number} is ${ref}@${digest}.` : packaged.message,
    isWarning: !isTagged,
    conditions: [{ type: "Packaged", ...packaged }],
    outcome: { type: "done" },
  };
}

function lostReport(image: string): Report {
  const reason = "ImageMissing";
  const message = `The registry lost the image: ${next}. ${image}`;
  return {
    readiness: "retrying",
    reason,
    message,
    conditions: [{ type: "Packaged", status: "False", reason, message }],
    outcome: { type: "done" },
  };
}
