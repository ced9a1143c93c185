import { type Artifact, isRecord } from "../api/index.ts";
import type { Manifest } from "./manifest.ts";
import { writeYaml } from "./write-yaml.ts";

/** Lists of containers, in whatever object they stand: a Deployment, or somebody's own kind. */
const containerLists: readonly string[] = ["containers", "initContainers", "ephemeralContainers"];

export interface PinnedImages {
  readonly manifests: readonly Manifest[];
  /** Images that no artifact explains, each once, in alphabetical order. */
  readonly unexplained: readonly string[];
}

/**
 * Puts the digest behind every container image that is an artifact by its uri, so that what runs is
 * what was built. An image is explained by an artifact when it is its uri, or its digest.
 */
export function pinImages(
  manifests: readonly Manifest[],
  artifacts: readonly Artifact[],
): PinnedImages {
  const pinned = new Map<string, string>();
  for (const { uri, digest } of artifacts) {
    const forms = digest === undefined ? [uri] : [`${uri}@${digest}`, `${nameOf(uri)}@${digest}`];
    for (const form of forms) pinned.set(form, form);
    if (digest !== undefined) pinned.set(uri, `${uri}@${digest}`);
  }
  const unexplained = new Set<string>();
  const pin = (image: string): string => {
    const known = pinned.get(image);
    if (known === undefined) unexplained.add(image);
    return known ?? image;
  };
  return {
    manifests: manifests.map((manifest) => {
      const object = withImages(manifest.object, pin) as Manifest["object"];
      return object === manifest.object
        ? manifest
        : { ...manifest, object, yaml: writeYaml(object) };
    }),
    unexplained: [...unexplained].toSorted(),
  };
}

/** An image without its tag. */
function nameOf(uri: string): string {
  const colon = uri.lastIndexOf(":");
  return colon > uri.lastIndexOf("/") ? uri.slice(0, colon) : uri;
}

/** The value with every image replaced; the value itself where nothing changes. */
function withImages(value: unknown, pin: (image: string) => string): unknown {
  if (Array.isArray(value)) return mapped(value, (item) => withImages(item, pin));
  if (!isRecord(value)) return value;
  let changed: Record<string, unknown> | undefined;
  for (const [key, inner] of Object.entries(value)) {
    let replaced = withImages(inner, pin);
    if (containerLists.includes(key)) replaced = mapped(replaced, (item) => withImage(item, pin));
    if (replaced === inner) continue;
    changed ??= { ...value };
    changed[key] = replaced;
  }
  return changed ?? value;
}

function withImage(container: unknown, pin: (image: string) => string): unknown {
  if (!isRecord(container) || typeof container["image"] !== "string") return container;
  const image = pin(container["image"]);
  return image === container["image"] ? container : { ...container, image };
}

function mapped(value: unknown, change: (item: unknown) => unknown): unknown {
  if (!Array.isArray(value)) return value;
  const items = value.map(change);
  return items.some((item, index) => item !== value[index]) ? items : value;
}
