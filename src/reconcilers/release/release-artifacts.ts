/**
 * Artifacts of a release, each with the digest that stands for it: the one that the pipeline gave,
 * or what its tag points at now. forge asks for the namespace's own paths alone: whoever releases
 * neither chooses an address for it to call, nor learns what other namespaces keep in a registry.
 */
import {
  type Artifact,
  digestPattern,
  ForgeError,
  type Project,
  type Release,
} from "../../api/index.ts";
import { formatRepository, parseReference } from "../../oci/index.ts";
import type { ArtifactFields } from "../../render/index.ts";
import { imageRepository } from "../image-name.ts";
import { isOwnPath } from "../own-paths.ts";
import type { ReconcilerDeps } from "../ports.ts";

type Deps = Pick<ReconcilerDeps, "caches" | "digests" | "images" | "settings">;

/** A field that `@artifact("<name>.<field>")` can name. */
const fieldName = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

/** Requests to registries at once, for one release. */
const atOnce = 8;

/**
 * The artifacts with their digests, and without one where the Project allows that.
 * @throws ForgeError ArtifactMissing, ArtifactNotPinned, InvalidObject
 */
export async function pinArtifacts(
  deps: Deps,
  release: Release,
  project: Project | undefined,
  signal: AbortSignal,
): Promise<Artifact[]> {
  const given = release.spec.artifacts.map(withOwnDigest);
  const before = await packagedDigests(deps, release, project, given, signal);
  const owner = { namespace: release.metadata.namespace, project };
  const pinned: Artifact[] = [];
  for (let start = 0; start < given.length; start += atOnce) {
    const some = given.slice(start, start + atOnce).map((artifact) => {
      const digest = artifact.digest ?? before.get(artifact.name);
      return pinArtifact(deps, digest ? { ...artifact, digest } : artifact, owner, signal);
    });
    pinned.push(...(await Promise.all(some)));
  }
  refuseTwoDigests(pinned);
  return pinned;
}

/** What a source may say of an artifact: what the pipeline gave, and what follows from it. */
export function fieldsOf(artifacts: readonly Artifact[]): Readonly<Record<string, ArtifactFields>> {
  return Object.fromEntries(
    artifacts.map(({ name, type, uri, digest, trackingUri, fields }) => {
      const tag = tagOf(uri);
      return [
        name,
        {
          ...fields,
          ...{ name, type, uri },
          ...(tag !== undefined && { tag }),
          ...(digest !== undefined && { digest, ref: `${uri}@${digest}` }),
          ...(trackingUri !== undefined && { trackingUri }),
        },
      ];
    }),
  );
}

/** A digest behind the uri counts as one that was given beside it. */
function withOwnDigest(artifact: Artifact): Artifact {
  const wrong = Object.keys(artifact.fields ?? {}).find((name) => !fieldName.test(name));
  if (wrong !== undefined) {
    throw new ForgeError(
      "InvalidObject",
      `Release: spec.artifacts: ${artifact.name} has the field ${JSON.stringify(wrong.slice(0, 100))}, which no reference can name`,
    );
  }
  const at = artifact.uri.lastIndexOf("@");
  const behind = at === -1 ? undefined : artifact.uri.slice(at + 1);
  if (behind === undefined || !digestPattern.test(behind)) return artifact;
  if (artifact.digest !== undefined && artifact.digest !== behind) {
    throw new ForgeError(
      "InvalidObject",
      `Release: spec.artifacts: ${artifact.name} has one digest in its uri and another beside it`,
    );
  }
  return { ...artifact, uri: artifact.uri.slice(0, at), digest: behind };
}

/** Digests that an earlier try found and packaged: a tag may have moved since. */
async function packagedDigests(
  { images, settings }: Deps,
  { spec }: Release,
  project: Project | undefined,
  artifacts: readonly Artifact[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  if (project === undefined || artifacts.every(({ digest }) => digest !== undefined))
    return digests;
  try {
    const reference = `${imageRepository(settings, project)}:${spec.commit}`;
    const { metadata } = await images.read(reference, signal);
    for (const { name, uri, digest } of metadata.artifacts) {
      const isSame = artifacts.some((artifact) => artifact.name === name && artifact.uri === uri);
      if (isSame && digest !== undefined) digests.set(name, digest);
    }
  } catch (error) {
    const absent = ["ImageNotFound", "ImageInvalid"];
    if (!(error instanceof ForgeError && absent.includes(error.code))) throw error;
  }
  return digests;
}

/** For whom an artifact is looked up. */
interface Owner {
  readonly namespace: string;
  readonly project: Project | undefined;
}

async function pinArtifact(
  deps: Deps,
  artifact: Artifact,
  owner: Owner,
  signal: AbortSignal,
): Promise<Artifact> {
  const { name, uri, digest } = artifact;
  const { allowMissing = false, allowTags = false } = owner.project?.spec.artifacts ?? {};
  const found = await look(deps, artifact, owner, signal);
  if (found === "missing" && !allowMissing) {
    const what = digest === undefined ? uri : `${uri}@${digest}`;
    throw new ForgeError(
      "ArtifactMissing",
      `artifact ${name}: its registry does not hold ${what}`,
      {
        hint: "Push the artifact before the release; then set the annotation forge.dev/retry.",
      },
    );
  }
  if (digest !== undefined) return artifact;
  if (found !== "missing" && found !== "not asked") return { ...artifact, digest: found };
  if (allowTags) return artifact;
  throw new ForgeError(
    "ArtifactNotPinned",
    `artifact ${name}: ${uri} has no digest, and is on no path where this namespace's artifacts are looked up`,
  );
}

/** The digest that a registry has for an artifact, on the namespace's own paths. */
async function look(
  deps: Deps,
  { uri, digest }: Artifact,
  { namespace, project }: Owner,
  signal: AbortSignal,
): Promise<string | "missing" | "not asked"> {
  const reference = referenceOf(uri);
  const isNamed = digest !== undefined || reference?.tag !== undefined;
  if (reference === undefined || !isNamed) return "not asked";
  const registries = project?.spec.artifacts.registries;
  if (!isOwnPath(deps, namespace, project, reference.name, registries)) return "not asked";
  const found = await deps.digests.find(
    digest === undefined ? uri : `${reference.name}@${digest}`,
    signal,
  );
  if (found === undefined) return "missing";
  return digestPattern.test(found) ? found : "not asked";
}

function referenceOf(uri: string): { name: string; tag: string | undefined } | undefined {
  try {
    const reference = parseReference(uri);
    return { name: formatRepository(reference), tag: reference.tag };
  } catch (error) {
    if (error instanceof ForgeError && error.code === "InvalidReference") return undefined;
    throw error;
  }
}

function tagOf(uri: string): string | undefined {
  return referenceOf(uri)?.tag;
}

/** Manifests name an artifact by its uri: it cannot be two things. */
function refuseTwoDigests(artifacts: readonly Artifact[]): void {
  const known = new Map<string, Artifact>();
  for (const artifact of artifacts) {
    const other = known.get(artifact.uri);
    if (other !== undefined && other.digest !== artifact.digest) {
      throw new ForgeError(
        "InvalidObject",
        `Release: spec.artifacts: ${other.name} and ${artifact.name} have one uri and two digests`,
      );
    }
    known.set(artifact.uri, artifact);
  }
}
