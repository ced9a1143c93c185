import type { Outcome } from "../../../controller/index.ts";
import { type Release, type ReleaseStatus, releaseKind } from "../../api/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { conditionsOf, type Report, recordTransition, writeStatus } from "../status.ts";

/** Owns what is made of a Release, its names and its conditions; the number is the numbering's. */
const fieldManager = "forge-controller";

/** Set or changed by people, it has a failed release reconciled once more. */
const retryAnnotation = "forge.dev/retry";

/** The names and the image of a Release, and facts of it, which its status keeps. */
export type Made = Pick<
  ReleaseStatus,
  "triggers" | "aliases" | "image" | "commitTime" | "resources" | "unexplainedImages" | "warnings"
>;

/** The same as its status has it: an image that was lost is still the one that it had. */
export function madeOf({ status }: Release): Made {
  const { triggers, aliases, image, commitTime, resources, unexplainedImages, warnings } =
    status ?? {};
  const names = { ...(triggers && { triggers }), ...(aliases && { aliases }) };
  if (image === undefined) return names;
  return {
    ...names,
    image,
    ...(commitTime && { commitTime }),
    ...(resources && { resources }),
    ...(unexplainedImages && { unexplainedImages }),
    ...(warnings && { warnings }),
  };
}

export function retryOf({ metadata }: Release): string | undefined {
  return metadata.annotations?.[retryAnnotation]?.slice(0, 63);
}

/** Writes what this module owns of a Release's status, and an event where Ready changed. */
export async function report(
  deps: ReconcilerDeps,
  release: Release,
  found: Report,
  made: Made,
  signal: AbortSignal,
): Promise<Outcome> {
  const fields = {
    observedGeneration: release.metadata.generation,
    triggers: made.triggers,
    aliases: made.aliases,
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

/** Writes the names of a packaged Release, and leaves its conditions as they are. */
export async function writeNames(
  deps: ReconcilerDeps,
  release: Release,
  names: Pick<Made, "triggers" | "aliases">,
  signal: AbortSignal,
): Promise<void> {
  const { observedGeneration, retry, conditions } = release.status ?? {};
  const fields = { observedGeneration, ...madeOf(release), ...names, retry, conditions };
  await writeStatus(deps, releaseKind, release, fieldManager, fields, signal);
}
