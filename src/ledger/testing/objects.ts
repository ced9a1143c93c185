import type {
  Release,
  ReleaseApproval,
  ReleaseDeployment,
  ReleasePointer,
} from "../../api/index.ts";

const place = { repository: "company/monorepo", project: "auth" };
const commit = "a".repeat(40);
const digest = `sha256:${"b".repeat(64)}`;
const second = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();

function metadata(name: string, created: number) {
  return {
    name,
    namespace: "team",
    uid: `uid-of-${name}`,
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: second(created),
  };
}

const condition = (type: string, status: "True" | "False", at: number) => ({
  ...{ type, status, reason: type, message: `${type} in words.`, lastTransitionTime: second(at) },
});

/** A release with its image, an alias and an inline source; `over` is its status. */
export function release(over: Partial<Release["status"]> = {}): Release {
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "Release",
    metadata: metadata("release-1", 1),
    spec: {
      ...place,
      commit,
      version: "1.2.3",
      trigger: { type: "Tag", tag: "v1.2.3", actor: "alice" },
      artifacts: [],
      source: { manifests: "kind: ConfigMap" },
    },
    status: {
      number: 1,
      aliases: [{ type: "Tag", value: "v1.2.3" }],
      image: { ref: "r/a:b", digest, size: 1, resourcesDigest: digest, metadataDigest: digest },
      conditions: [condition("Packaged", "True", 3)],
      ...over,
    },
  };
}

export function deployment(
  sequence: number,
  status: ReleaseDeployment["status"] = {},
): ReleaseDeployment {
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "ReleaseDeployment",
    metadata: metadata(`dev-auth-${sequence}`, sequence * 10),
    spec: {
      ...place,
      environment: "dev",
      pointer: "dev-auth",
      sequence,
      release: { commit, number: 1, digest },
      request: { type: "Deploy", by: "bob", reason: "Try it." },
      decision: { allowed: true, rules: [] },
      approvals: [],
    },
    status,
  };
}

export function approval(over: Partial<ReleaseApproval["spec"]> = {}): ReleaseApproval {
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "ReleaseApproval",
    metadata: metadata("approval-1", 5),
    spec: {
      environment: "production",
      release: { ...place, commit, digest },
      decision: "Approve",
      approver: "carol",
      justification: "Seen.",
      ...over,
    },
  };
}

/** A pointer that shows a decision, since that second. */
export function pointer(
  rules: readonly { readonly rule: string; readonly passed: boolean; readonly message: string }[],
  at = 7,
): ReleasePointer {
  const allowed = rules.every(({ passed }) => passed);
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "ReleasePointer",
    metadata: metadata("dev-auth", 4),
    spec: { ...place, environment: "dev", release: "1", suspend: false },
    status: {
      resolved: { identifier: "1", name: "release-1", commit, number: 1, digest },
      decision: { allowed, rules: rules.map((rule) => ({ reason: "Because", ...rule })) },
      conditions: [condition("Allowed", allowed ? "True" : "False", at)],
    },
  };
}
