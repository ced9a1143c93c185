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

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export const commitOf = ({ project, number }: Place): string =>
  sha256(`${project} ${number}`).slice(0, 40);

/** A Release with small inline manifests. */
export function releaseObject(place: Place, manifests: string): KubeObject {
  const { project, number } = place;
  const object = {
    apiVersion,
    kind: "Release",
    metadata: { namespace, name: `${project}-${number}` },
    spec: {
      repository,
      project,
      commit: commitOf(place),
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
export function largeManifests(place: Place): string {
  const seed = sha256(JSON.stringify(place));
  return configMap("settings", `${seed}\n`.repeat(manifestBytes / (seed.length + 1)));
}

function configMap(name: string, value: string): string {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { value } };
  return `${JSON.stringify(object)}\n`;
}
