/** The spec of a Release, from flags as a pipeline writes them. */
import { ForgeError } from "../api/index.ts";

export interface ReleaseFlags {
  readonly repository: string;
  readonly commit: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly manual?: boolean;
  readonly releaseVersion?: string;
  readonly notes?: string;
  readonly manifests?: string;
  readonly git?: string;
  readonly path?: string;
  readonly oci?: string;
  readonly artifact?: readonly string[];
}

/**
 * @param readFile reads a file; `-` is standard input
 * @throws ForgeError UsageInvalid where the source is not said, or said twice
 */
export async function specOf(
  project: string,
  flags: ReleaseFlags,
  actor: string,
  readFile: (path: string) => Promise<string>,
): Promise<object> {
  const { repository, commit, releaseVersion: version, notes } = flags;
  return {
    ...{ repository, project, commit },
    ...(version !== undefined && { version }),
    ...(notes !== undefined && { notes: await readFile(notes) }),
    trigger: triggerOf(flags, actor),
    artifacts: (flags.artifact ?? []).map(parseArtifact),
    source: await sourceOf(flags, readFile),
  };
}

/** A tag, else a branch, says what caused it; --manual that a person did. */
export function triggerOf(
  { branch, tag, manual }: Pick<ReleaseFlags, "branch" | "tag" | "manual">,
  actor: string,
): object {
  const claims = { ...(branch !== undefined && { branch }), ...(tag !== undefined && { tag }) };
  const pushed = branch === undefined ? "Manual" : "BranchPush";
  const type = manual ? "Manual" : tag === undefined ? pushed : "Tag";
  return { type, actor, ...claims };
}

async function sourceOf(
  { manifests, git, path, oci }: ReleaseFlags,
  readFile: (path: string) => Promise<string>,
): Promise<object> {
  const said = [manifests, git, oci].filter((source) => source !== undefined);
  if (said.length !== 1) {
    throw new ForgeError("UsageInvalid", "a release has one source: --manifests, --git or --oci");
  }
  if (manifests !== undefined) return { manifests: await readFile(manifests) };
  if (oci !== undefined) return { oci: { ref: oci } };
  return { git: { url: git, ...(path !== undefined && { path }) } };
}

/** `<name>=<uri>[@<digest>]`: a container image, as manifests refer to it. */
export function parseArtifact(text: string): object {
  const [, name, uri, digest] = /^([^=]+)=([^@]+)(?:@(sha256:[0-9a-f]{64}))?$/.exec(text) ?? [];
  if (name === undefined || uri === undefined) {
    throw new ForgeError("UsageInvalid", `--artifact ${text} is not <name>=<uri>[@<digest>]`);
  }
  return { name, type: "container-image", uri, ...(digest !== undefined && { digest }) };
}
