/** What the previous version is asked for, so that one object of each fate is left behind. */
import { projectName } from "../../src/api/index.ts";

export const namespace = "previous";
export const repository = "company/previous";

const apiVersion = "forge.dev/v1alpha1";
const of = (kind: string, name: string, spec: object) => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  spec,
});
const commit = (digits: string) => digits.repeat(40).slice(0, 40);
const manifests = (data: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {commit: "${data}"}\n`;

export const project = of("Project", projectName(repository, "auth"), { repository, name: "auth" });

export function environment(name: string, gitUrl: string, promotionPolicy: object): object {
  const secretRef = { name: "git-credentials" };
  return of("Environment", name, {
    promotionPolicy,
    gitOps: { url: `${gitUrl}/${namespace}.git`, secretRef },
  });
}

export function release(name: string, digits: string, spec: object = {}): object {
  return of("Release", name, {
    repository,
    project: "auth",
    commit: commit(digits),
    trigger: { type: "BranchPush", branch: "main" },
    source: { manifests: manifests(digits) },
    ...spec,
  });
}

/** Of a commit that was pushed, and then tagged: it joins the release of that commit. */
export const tagged = release("second-tagged", "b2", {
  trigger: { type: "Tag", tag: "auth/v1.0.0" },
});

/** Of no Kubernetes object: it fails. */
export const broken = release("broken", "e5", { source: { manifests: "# nothing\n" } });

export function pointer(environmentName: string, wanted: string, request?: object): object {
  return of("ReleasePointer", `${environmentName}-auth`, {
    environment: environmentName,
    repository,
    project: "auth",
    release: wanted,
    ...(request && { request }),
  });
}

export function approval(digits: string, digest: string): object {
  return of("ReleaseApproval", "production-second", {
    environment: "production",
    release: { repository, project: "auth", commit: commit(digits), digest },
    decision: "Approve",
    approver: "alice",
    justification: "Seen on dev.",
  });
}
