import type { KubeObject } from "../../controller/kube/index.ts";
import { imageOf } from "./images.ts";
import {
  commitOf,
  largeManifests,
  type Place,
  releaseObject,
  repository,
  sha256,
} from "./objects.ts";

/**
 * A Release of which all is done.
 * @param prefix `<host>/<path>` of its image
 */
export function settledRelease(prefix: string, place: Place): KubeObject {
  const release = releaseObject(place, largeManifests(place));
  const object = { ...release, status: settledStatus(prefix, place) };
  return object;
}

function settledStatus(prefix: string, place: Place): object {
  const { project, number } = place;
  const observedGeneration = 1;
  const ref = `${prefix}/${repository}/${project}:${commitOf(place)}`;
  const { digest } = imageOf(place);
  const message = `${ref}@${digest}`;
  const condition = (type: string, status: string, reason: string, text: string) => ({
    type,
    status,
    reason,
    message: text,
    observedGeneration,
    lastTransitionTime: "2026-11-01T00:00:00Z",
  });
  return {
    observedGeneration,
    number,
    triggers: [{ type: "BranchPush", branch: "main", actor: "pipeline@company.com" }],
    aliases: [{ type: "Branch", value: `main-${number}` }],
    image: {
      ref,
      digest,
      size: 4_096,
      resourcesDigest: `sha256:${sha256(`resources ${project} ${number}`)}`,
      metadataDigest: `sha256:${sha256(`metadata ${project} ${number}`)}`,
    },
    resources: { ConfigMap: 1 },
    conditions: [
      condition("SourceVerified", "Unknown", "NotChecked", "Inline manifests are not checked."),
      condition("Rendered", "True", "Rendered", "1 objects."),
      condition("Packaged", "True", "Pushed", message),
      condition("Ready", "True", "Packaged", `Release ${number} is ${message}.`),
    ],
  };
}
