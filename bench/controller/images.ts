import { ownNetwork } from "../../src/network/index.ts";
import { mediaTypes, RegistryClient, sha256Of } from "../../src/oci/index.ts";
import { inParallel } from "../in-parallel.ts";
import { commitOf, type Place, repository } from "./objects.ts";

const pushesAtOnce = 8;
const withinMs = 600_000;

const nothing = Buffer.from("{}");
const nothingBlob = { digest: sha256Of(nothing), size: nothing.length };

/** What stands in the registry for a release: an image of its own digest, with nothing in it. */
export function imageOf(place: Place): { readonly bytes: Buffer; readonly digest: string } {
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.emptyConfig, ...nothingBlob },
    layers: [{ mediaType: mediaTypes.emptyConfig, ...nothingBlob }],
    annotations: { "org.opencontainers.image.version": `${place.project} ${place.number}` },
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return { bytes, digest: sha256Of(bytes) };
}

/**
 * Pushes what the controller looks for: the tag and the digest of each release.
 * @param prefix `<host>/<path>`, as the controller's --registry
 */
export async function pushImages(prefix: string, places: readonly Place[]): Promise<void> {
  await using client = new RegistryClient({ network: ownNetwork() });
  const signal = AbortSignal.timeout(withinMs);
  const nameOf = (project: string) => {
    const [host = "", ...path] = prefix.split("/");
    return { host, path: [...path, repository, project].join("/") };
  };
  const projects = new Set(places.map(({ project }) => project));
  await inParallel(projects, pushesAtOnce, (project) =>
    client.putBlob(nameOf(project), nothingBlob.digest, nothing, signal),
  );
  await inParallel(places, pushesAtOnce, (place) => {
    const { bytes } = imageOf(place);
    const reference = { ...nameOf(place.project), tag: commitOf(place) };
    return client.putManifest(reference, { mediaType: mediaTypes.manifest, bytes }, signal);
  });
}
