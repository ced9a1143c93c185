import { ForgeError, projectPath, type Release } from "../api/index.ts";
import { openRemote, readFolder } from "../git/index.ts";
import { parseReference } from "../oci/index.ts";
import type { SourceFile } from "../render/index.ts";
import { remoteOptions } from "./git-credentials.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { byAge, indexValue } from "./resources.ts";

/** The files of a release, and what git says of its commit. */
export interface ReleaseSource {
  readonly files: readonly SourceFile[];
  readonly commit?: {
    /** `Name <address>`. */
    readonly author: string;
    readonly message: string;
    /** RFC 3339. */
    readonly time: string;
  };
}

const manifestFile = /\.(ya?ml|json)$/;

/** Reads the source of a release: inline manifests, a folder of its commit, or a snapshot. */
export async function readSource(
  deps: Pick<ReconcilerDeps, "client" | "caches" | "images" | "settings">,
  release: Release,
  signal: AbortSignal,
): Promise<ReleaseSource> {
  const { source, commit } = release.spec;
  if (source.manifests !== undefined) {
    return { files: [{ path: "spec.source.manifests", content: source.manifests }] };
  }
  if (source.oci !== undefined) return await readSnapshot(deps, release, source.oci.ref, signal);
  if (source.git === undefined) {
    throw new ForgeError("InvalidObject", "Release: spec.source names no source");
  }
  checkSource(deps, release, source.git);
  const options = await remoteOptions(deps, release.metadata.namespace, source.git, signal);
  const remote = openRemote(options);
  try {
    const folder = await readFolder(
      remote,
      { commit, folder: source.git.path, wanted: (path) => manifestFile.test(path) },
      signal,
    );
    const { author, committer, message } = folder.commit;
    return {
      files: folder.files,
      commit: {
        author: `${author.name} <${author.email}>`,
        message,
        time: committer.time,
      },
    };
  } finally {
    await remote.close();
  }
}

/**
 * A snapshot that was published elsewhere, verified as any release image is. It must be one of
 * this very commit, in a registry that the Project or the controller releases to: the controller
 * reaches and reads more than whoever releases may.
 * @throws ForgeError SourceNotAllowed
 */
async function readSnapshot(
  { caches, images, settings }: Pick<ReconcilerDeps, "caches" | "images" | "settings">,
  { metadata: { namespace }, spec }: Release,
  ref: string,
  signal: AbortSignal,
): Promise<ReleaseSource> {
  const index = indexValue(namespace, projectPath(spec.repository, spec.project));
  const [owner] = caches.projects.byIndex("project", index).toSorted(byAge);
  const registries = [settings.registry, ...(owner?.spec.registry ? [owner.spec.registry] : [])];
  const { host } = parseReference(ref);
  if (!registries.some((prefix) => prefix.split("/")[0] === host)) {
    throw new ForgeError(
      "SourceNotAllowed",
      `Release: spec.source.oci.ref: ${host} is no registry that this project releases to`,
      { hint: "Copy the snapshot there, or set spec.registry of the Project." },
    );
  }
  const { metadata, created, files } = await images.read(ref, signal);
  const { repository, project, commit, author, message } = metadata.source;
  const isSame =
    repository === spec.repository && project === spec.project && commit === spec.commit;
  if (!isSame) {
    throw new ForgeError(
      "SourceNotAllowed",
      `Release: spec.source.oci.ref: the snapshot is not one of ${spec.repository}/${spec.project} at ${spec.commit}`,
      { hint: "Name a snapshot of the same repository, project and commit." },
    );
  }
  return {
    files: files.map(({ name, yaml }) => ({ path: name, content: yaml })),
    ...(author !== undefined &&
      message !== undefined &&
      created !== undefined && { commit: { author, message, time: created } }),
  };
}

/**
 * A release is read from its project's own repository, with the credentials that its Project
 * names: who may release is not always who may read Secrets, and chooses neither the Secret nor
 * the address that it is sent to.
 * @throws ForgeError SourceNotAllowed
 */
function checkSource(
  { caches }: Pick<ReconcilerDeps, "caches">,
  { metadata, spec }: Release,
  git: NonNullable<Release["spec"]["source"]["git"]>,
): void {
  const index = indexValue(metadata.namespace, projectPath(spec.repository, spec.project));
  const [owner] = caches.projects.byIndex("project", index).toSorted(byAge);
  const { url, secretRef } = owner?.spec.source ?? {};
  const project = `Project ${owner?.metadata.name}`;
  if (url !== undefined && url !== git.url) {
    throw new ForgeError(
      "SourceNotAllowed",
      `Release: spec.source.git.url: ${project} is kept in ${url}`,
    );
  }
  if (git.secretRef === undefined) return;
  if (url === undefined || secretRef?.name !== git.secretRef.name) {
    throw new ForgeError(
      "SourceNotAllowed",
      `Release: spec.source.git.secretRef: ${project} does not name the Secret ${git.secretRef.name} for this repository`,
    );
  }
}
