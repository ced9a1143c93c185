import { createHash } from "node:crypto";
import type { KubeObject } from "../../controller/kube/index.ts";
import { apiVersion, releaseKind, releasePointerKind } from "../../src/api/index.ts";
import { namespace } from "./ground.ts";

export { releaseKind as releases, releasePointerKind as pointers };

export const repository = "company/monorepo";
const manifestBytes = 20_000;

/** Which release of which project. */
export interface Place {
  readonly project: string;
  readonly number: number;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A Release with small inline manifests. */
export function releaseObject({ project, number }: Place, manifests: string): KubeObject {
  const object = {
    apiVersion,
    kind: "Release",
    metadata: { namespace, name: `${project}-${number}` },
    spec: {
      repository,
      project,
      commit: sha256(`${project} ${number}`).slice(0, 40),
      trigger: { type: "BranchPush", branch: "main", actor: "pipeline@company.com" },
      source: { manifests },
    },
  };
  return object;
}

export function pointerObject(environment: string, { project, number }: Place): KubeObject {
  const object = {
    apiVersion,
    kind: "ReleasePointer",
    metadata: { namespace, name: `${environment}-${project}` },
    spec: { environment, repository, project, release: String(number) },
  };
  return object;
}

/** Three ConfigMaps. */
export function smallManifests(): string {
  return [1, 2, 3].map((item) => configMap(`settings-${item}`, "value")).join("---\n");
}

/** One ConfigMap of 20 kB, in many lines as manifests are. */
function largeManifests(place: Place): string {
  const seed = sha256(JSON.stringify(place));
  return configMap("settings", `${seed}\n`.repeat(manifestBytes / (seed.length + 1)));
}

function configMap(name: string, value: string): string {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { value } };
  return `${JSON.stringify(object)}\n`;
}

/** A Release of which all is done. */
export function settledRelease(place: Place): KubeObject {
  const release = releaseObject(place, largeManifests(place));
  const object = { ...release, status: settledStatus(place) };
  return object;
}

function settledStatus({ project, number }: Place): object {
  const observedGeneration = 1;
  const ref = `registry.example.com/releases/${repository}/${project}:${sha256(`${project} ${number}`).slice(0, 40)}`;
  const digest = `sha256:${sha256(`image ${project} ${number}`)}`;
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
