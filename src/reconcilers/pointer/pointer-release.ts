import { indexValue } from "../../../controller/kube/index.ts";
import { ForgeError, projectPath, type Release, type ReleasePointer } from "../../api/index.ts";
import { resolveRelease } from "../../query/index.ts";
import type { PointerState } from "../deployment/pointer-state.ts";
import { repositoryOf } from "../image-name.ts";
import type { ReconcilerDeps } from "../ports.ts";

/**
 * The release that a pointer asks for, pinned: an identifier is looked up once, and stands for the
 * same commit until spec.release says another one, whatever becomes of aliases meanwhile.
 * @throws ForgeError as resolveRelease, and InvalidObject where spec.image disagrees
 */
export function resolvePointer(
  deps: Pick<ReconcilerDeps, "caches">,
  { metadata, spec }: ReleasePointer,
  state: PointerState,
): Release {
  const path = projectPath(spec.repository, spec.project);
  const releases = deps.caches.releases.byIndex("project", indexValue(metadata.namespace, path));
  const { resolved: pinned } = state.status;
  const isPinned = pinned?.identifier === spec.release;
  try {
    const release = resolveRelease(isPinned ? pinned.commit : spec.release, releases);
    const { number, image } = release.status ?? {};
    if (number === undefined || image === undefined) throw new TypeError("ready without an image");
    checkImage(spec, release);
    const { name } = release.metadata;
    const { commit, version } = release.spec;
    const { digest } = image;
    const identifier = spec.release;
    const resolved = { identifier, name, commit, number, digest, ...(version && { version }) };
    state.status = { ...state.status, resolved };
    const message = `${identifier} is release ${number}, ${digest}.`;
    state.conditions.push({ type: "Resolved", status: "True", reason: "Resolved", message });
    return release;
  } catch (error) {
    // What was decided of another release says nothing of this one.
    const { resolved, decision: _, ...rest } = state.status;
    state.status = { ...rest, ...(isPinned && { resolved }) };
    if (error instanceof ForgeError) {
      const { code: reason, message } = error;
      state.conditions.push({ type: "Resolved", status: "False", reason, message });
    }
    throw error;
  }
}

/** Whether the pointer's last commit deploys what it asks for, as far as that was looked up. */
export function isDeployed({ spec, status }: ReleasePointer): boolean {
  const { resolved, deployed } = status ?? {};
  return resolved?.identifier === spec.release && resolved.digest === deployed?.digest;
}

/** An image in the spec is a promise that the identifier still means what it meant. */
function checkImage(spec: ReleasePointer["spec"], { status }: Release): void {
  if (spec.image === undefined || status?.image === undefined) return;
  const { repository, digest } = spec.image;
  const found = { repository: repositoryOf(status.image.ref), digest: status.image.digest };
  for (const field of ["repository", "digest"] as const) {
    const wanted = { repository, digest }[field];
    if (wanted === found[field]) continue;
    throw new ForgeError(
      "InvalidObject",
      `ReleasePointer: spec.image.${field}: ${spec.release} resolves to ${found[field]}, not to ${wanted}`,
      { hint: "Remove spec.image, or name the release that has this image." },
    );
  }
}
