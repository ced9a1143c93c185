/** The objects that the stories apply, by kind. */
import { projectName } from "../../src/api/index.ts";

export const namespace = "previous";
export const otherNamespace = "previous-other";
export const repository = "company/previous";
export const gitCredentials = "git-credentials";

/** A URL that refuses every connection: nothing listens on port 1 (tcpmux). */
export const deadUrl = "http://127.0.0.1:1";

const apiVersion = "forge.dev/v1alpha1";
const of = (kind: string, name: string, spec: object, metadata: object = {}) => ({
  apiVersion,
  kind,
  metadata: { name, ...metadata },
  spec,
});

export const commit = (digits: string) => digits.repeat(40).slice(0, 40);

export const configMap = (data: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {commit: "${data}"}\n`;

export function project(name: string, spec: object = {}, metadata: object = {}): object {
  return of("Project", projectName(repository, name), { repository, name, ...spec }, metadata);
}

interface Spec extends Readonly<Record<string, unknown>> {
  readonly gitOps?: object;
}

/** @param url of the GitOps repository */
export function environment(
  name: string,
  url: string,
  promotionPolicy: object = {},
  { gitOps = {}, ...spec }: Spec = {},
): object {
  const secretRef = { name: gitCredentials };
  return of("Environment", name, {
    promotionPolicy,
    gitOps: { url, secretRef, ...gitOps },
    ...spec,
  });
}

export function release(
  projectOfRelease: string,
  name: string,
  digits: string,
  spec: object = {},
  metadata: object = {},
): object {
  const given = {
    repository,
    project: projectOfRelease,
    commit: commit(digits),
    trigger: { type: "BranchPush", branch: "main" },
    source: { manifests: configMap(digits) },
    ...spec,
  };
  return of("Release", name, given, metadata);
}

export function pointer(
  environmentName: string,
  projectOfPointer: string,
  wanted: string,
  spec: object = {},
  metadata: object = {},
): object {
  const given = {
    environment: environmentName,
    repository,
    project: projectOfPointer,
    release: wanted,
    ...spec,
  };
  return of("ReleasePointer", `${environmentName}-${projectOfPointer}`, given, metadata);
}

export function approval(
  name: string,
  environmentName: string,
  approved: { readonly project: string; readonly commit: string; readonly digest: string },
  spec: object = {},
): object {
  return of("ReleaseApproval", name, {
    environment: environmentName,
    release: { repository, ...approved },
    decision: "Approve",
    justification: "Tested on dev.",
    ...spec,
  });
}
