import type { Artifact, Release } from "../../api/index.ts";
import type { ReleaseContent } from "../../oci/index.ts";
import type { Manifest } from "../../render/index.ts";
import { customMetadata } from "../../triggers/index.ts";
import { registryOf } from "../image-name.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { projectOf } from "../sharding.ts";
import { allAliases, factsOf, strategyOf } from "./aliases.ts";
import type { Names } from "./names.ts";
import type { ReleaseSource } from "./release-source.ts";

/**
 * All that goes into the image of a numbered Release. Of its aliases those that its own trigger gave
 * it, and not what joined since: whoever packages it, and whenever, makes the same bytes, so that a
 * tag which two controllers write stays one image.
 */
export function releaseContent(
  deps: Pick<ReconcilerDeps, "caches" | "extensions" | "settings">,
  {
    release,
    number,
    names,
  }: { readonly release: Release; readonly number: number; readonly names: Names },
  source: ReleaseSource,
  objects: readonly Manifest[],
  artifacts: readonly Artifact[],
): ReleaseContent {
  const { repository, project, commit, version, notes, trigger } = release.spec;
  const owner = projectOf(deps, release);
  const { extensions } = deps;
  const given = allAliases(strategyOf(owner, release), release, number, extensions);
  const aliases = names.aliases.filter(({ value }) => given.some((alias) => alias.value === value));
  return {
    registry: registryOf(deps.settings, owner),
    objects,
    release: { number, aliases, version, notes, trigger },
    source: { repository, project, commit, url: release.spec.source.git?.url, ...source.commit },
    artifacts,
    annotations: customMetadata(extensions, factsOf(release, number)),
  };
}
