/** What the rows of admission.test.ts ask for: objects, and how they are written. */
import type { Person } from "../ground/ground-addresses.ts";
import type { Workspace } from "../ground/workspace.ts";

const digest = `sha256:${"d".repeat(64)}`;
const commit = "c".repeat(40);

export function rule(resource: string, verbs: string, name?: string): object {
  const names = name === undefined ? {} : { resourceNames: [name] };
  return { apiGroups: ["forge.dev"], resources: [resource], verbs: verbs.split(","), ...names };
}

export function role(name: string, rules: readonly object[]): object {
  return { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name }, rules };
}

export function binding(name: string, user: Person): object {
  const apiGroup = "rbac.authorization.k8s.io";
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: "RoleBinding",
    metadata: { name },
    roleRef: { apiGroup, kind: "Role", name },
    subjects: [{ apiGroup, kind: "User", name: user }],
  };
}

interface Named {
  readonly metadata: { readonly name: string };
}

export function pointer(
  workspace: Workspace,
  environment: string,
  name: string,
  spec: object = {},
): object {
  const made = workspace.pointer(environment, "1", { project: name, ...spec }) as Named;
  return { ...made, metadata: { name: `${environment}-${name}` } };
}

export function approval(
  workspace: Workspace,
  environment: string,
  name: string,
  spec: object = {},
): object {
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "ReleaseApproval",
    metadata: { name: `${environment}-${name}` },
    spec: {
      environment,
      release: { repository: workspace.repository, project: "auth", commit, digest },
      decision: "Approve",
      approver: "admin",
      justification: "Tested.",
      ...spec,
    },
  };
}

export function record({ repository }: Workspace, name: string): object {
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "ReleaseDeployment",
    metadata: { name },
    spec: {
      environment: "dev",
      repository,
      project: "auth",
      pointer: "dev-auth",
      sequence: 1,
      release: { commit, number: 1, digest },
      decision: { allowed: true, rules: [] },
    },
  };
}

/** The flags and input of a request, which is a dry run on the server. */
export interface Request {
  readonly args: readonly string[];
  readonly object?: object;
}

export const create = (object: object): Request => ({
  args: ["create", "--dry-run=server", "-o", "json", "-f", "-"],
  object,
});
export const serverSide = (object: object): Request => ({
  args: [
    ...["apply", "--server-side", "--force-conflicts", "--field-manager=somebody"],
    ...["--dry-run=server", "-o", "json", "-f", "-"],
  ],
  object,
});
export const patch = (target: string, change: object, ...flags: string[]): Request => ({
  args: [
    ...["patch", target, "--type=merge", `--patch=${JSON.stringify(change)}`],
    ...["--dry-run=server", "-o", "json", ...flags],
  ],
});
export const remove = (target: string): Request => ({
  args: ["delete", target, "--dry-run=server"],
});
