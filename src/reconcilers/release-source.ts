import { ForgeError, type Release } from "../api/index.ts";
import { openRemote, readFolder } from "../git/index.ts";
import type { SourceFile } from "../render/index.ts";
import { remoteOptions } from "./git-credentials.ts";
import type { ReconcilerDeps } from "./ports.ts";

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

/** Reads the source of a release: inline manifests, or a folder of its commit. */
export async function readSource(
  deps: Pick<ReconcilerDeps, "client" | "settings">,
  release: Release,
  signal: AbortSignal,
): Promise<ReleaseSource> {
  const { source, commit } = release.spec;
  if (source.manifests !== undefined) {
    return { files: [{ path: "spec.source.manifests", content: source.manifests }] };
  }
  if (source.git === undefined) {
    throw new ForgeError(
      "InvalidObject",
      "Release: spec.source.oci: this version of forge cannot adopt a snapshot",
      { hint: "Give the manifests inline or as a git folder." },
    );
  }
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
