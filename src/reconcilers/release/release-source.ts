import { ForgeError, type Project, type Release, type Trigger } from "../../api/index.ts";
import { remoteOptions } from "../../credentials/index.ts";
import { type GitRemote, openRemote, readFolder } from "../../git/index.ts";
import { formatRepository, parseReference } from "../../oci/index.ts";
import type { SourceFile } from "../../render/index.ts";
import { isOwnPath } from "../own-paths.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { projectOf } from "../sharding.ts";
import { notChecked, type Verification, verifyClaims } from "./verify-claims.ts";

/** The files of a release, and what git says of its commit. */
export interface ReleaseSource {
  readonly files: readonly SourceFile[];
  /** Of the project, seen from the root of the files. */
  readonly folder: string;
  /** Whether what the release says of its commit is so. */
  readonly verified: Verification;
  readonly commit?: {
    /** `Name <address>`. */
    readonly author: string;
    readonly message: string;
    /** RFC 3339. */
    readonly time: string;
  };
}

const manifestFile = /\.(ya?ml|json)$/;
const cueFile = /\.cue$/;
/** A package in CUE may import any other of its module: more files than those of one project. */
const moduleLimits = { files: 10_000 };

/**
 * Reads the source of a release: inline manifests, a folder of its commit, or a snapshot.
 * @throws ForgeError SourceNotAllowed, SourceNotVerified, and those of git and the registry
 */
export async function readSource(
  deps: Pick<ReconcilerDeps, "client" | "caches" | "images" | "network" | "settings">,
  release: Release,
  signal: AbortSignal,
): Promise<ReleaseSource> {
  const { source, commit } = release.spec;
  if (source.manifests !== undefined) {
    const files = [{ path: "spec.source.manifests", content: source.manifests }];
    return { files, folder: "", verified: notChecked };
  }
  if (source.oci !== undefined) return await readSnapshot(deps, release, source.oci.ref, signal);
  if (source.git === undefined) {
    throw new ForgeError("InvalidObject", "Release: spec.source names no source");
  }
  const { path } = source.git;
  return await withRemote(deps, release, source.git, signal, async (remote, project) => {
    const read = await readProject(remote, commit, path, signal);
    const verified = await verifyClaims(remote, release.spec, project, signal);
    return { ...read, verified };
  });
}

/**
 * Verifies triggers of a release's commit without reading its files: its own, or others that are
 * said to have caused it.
 * @returns the verification of each, or the error of one that is false
 * @throws ForgeError SourceNotAllowed, and those of git
 */
export async function verifyTriggers(
  deps: Pick<ReconcilerDeps, "client" | "caches" | "network" | "settings">,
  release: Release,
  triggers: readonly Trigger[],
  signal: AbortSignal,
): Promise<(Verification | ForgeError)[]> {
  const { commit, source } = release.spec;
  if (source.git === undefined) return triggers.map(() => notChecked);
  return await withRemote(deps, release, source.git, signal, async (remote, project) => {
    const verified: (Verification | ForgeError)[] = [];
    for (const trigger of triggers) {
      try {
        verified.push(await verifyClaims(remote, { commit, trigger }, project, signal));
      } catch (error) {
        if (!(error instanceof ForgeError) || error.code !== "SourceNotVerified") throw error;
        verified.push(error);
      }
    }
    return verified;
  });
}

/**
 * Works with the repository of a release, and the Project whose url it was compared with: claims
 * are verified by that one, and by none that comes while the repository is read.
 */
async function withRemote<T>(
  deps: Pick<ReconcilerDeps, "client" | "caches" | "network" | "settings">,
  release: Release,
  git: NonNullable<Release["spec"]["source"]["git"]>,
  signal: AbortSignal,
  work: (remote: GitRemote, project: Project | undefined) => Promise<T>,
): Promise<T> {
  const project = projectOf(deps, release);
  checkSource(project, git);
  const options = await remoteOptions(deps, release.metadata.namespace, git, signal);
  const remote = openRemote(options);
  try {
    return await work(remote, project);
  } finally {
    await remote.close();
  }
}

/** A project with CUE in its own folder is one in CUE, and every other one is in YAML. */
async function readProject(
  remote: GitRemote,
  commit: string,
  path: string,
  signal: AbortSignal,
): Promise<Omit<ReleaseSource, "verified">> {
  const wanted = (file: string) => manifestFile.test(file) || cueFile.test(file);
  const own = await readFolder(remote, { commit, folder: path, wanted }, signal);
  const { author, committer, message } = own.commit;
  const about = {
    commit: { author: `${author.name} <${author.email}>`, message, time: committer.time },
  };
  if (!own.files.some((file) => cueFile.test(file.path) && !file.path.includes("/"))) {
    const files = own.files.filter((file) => manifestFile.test(file.path));
    return { ...about, files, folder: "" };
  }
  const request = { commit, folder: "", wanted: (file: string) => cueFile.test(file) };
  const all = await readFolder(remote, { ...request, limits: moduleLimits }, signal);
  const folder = path
    .replace(/^(\.\/)+/, "")
    .replace(/^\.$/, "")
    .replace(/\/+$/, "");
  return { ...about, files: filesOfModule(all.files, folder), folder };
}

/** Those of the nearest module that the folder is in; without one, those of the folder. */
function filesOfModule(files: readonly SourceFile[], folder: string): readonly SourceFile[] {
  const paths = new Set(files.map(({ path }) => path));
  const isModule = (root: string) =>
    paths.has(`${root === "" ? "" : `${root}/`}cue.mod/module.cue`);
  let root = folder;
  while (root !== "" && !isModule(root)) root = root.slice(0, Math.max(root.lastIndexOf("/"), 0));
  const within = isModule(root) ? root : folder;
  return within === "" ? files : files.filter(({ path }) => path.startsWith(`${within}/`));
}

/**
 * A snapshot that was published elsewhere, verified as any release image is. It must be one of
 * this very commit, in a registry that the Project or the controller releases to: the controller
 * reaches and reads more than whoever releases may.
 * @throws ForgeError SourceNotAllowed
 */
async function readSnapshot(
  deps: Pick<ReconcilerDeps, "caches" | "images" | "settings">,
  release: Release,
  ref: string,
  signal: AbortSignal,
): Promise<ReleaseSource> {
  const { spec } = release;
  const owner = projectOf(deps, release);
  const repository = formatRepository(parseReference(ref));
  // Before anything is asked: what another namespace has is not told from what there is not.
  if (!isOwnPath(deps, release.metadata.namespace, owner, repository)) {
    throw new ForgeError(
      "SourceNotAllowed",
      `Release: spec.source.oci.ref: ${repository} is on no path of this namespace in a registry that this project releases to`,
      { hint: "Copy the snapshot there, or have its prefix allowed by registry.allowedPrefixes." },
    );
  }
  const { metadata, created, files } = await deps.images.read(ref, signal);
  const { project, commit, author, message } = metadata.source;
  const isSame =
    metadata.source.repository === spec.repository &&
    project === spec.project &&
    commit === spec.commit;
  if (!isSame) {
    throw new ForgeError(
      "SourceNotAllowed",
      `Release: spec.source.oci.ref: the snapshot is not one of ${spec.repository}/${spec.project} at ${spec.commit}`,
      { hint: "Name a snapshot of the same repository, project and commit." },
    );
  }
  return {
    files: files.map(({ name, yaml }) => ({ path: name, content: yaml })),
    folder: "",
    verified: notChecked,
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
  owner: Project | undefined,
  git: NonNullable<Release["spec"]["source"]["git"]>,
): void {
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
