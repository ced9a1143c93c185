export const repository = "company/monorepo";

/** What of a Release the demo leaves open. */
export interface ReleaseFields {
  readonly commit: string;
  readonly trigger: object;
  readonly project: string;
  readonly sourceUrl: string;
  readonly version?: string;
  readonly artifacts?: readonly object[];
}

/** A release of a project from its folder in the monorepo. */
export function release(name: string, { sourceUrl, ...fields }: ReleaseFields) {
  const path = `services/${fields.project}`;
  const git = { url: sourceUrl, path, secretRef: { name: "git-credentials" } };
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "Release",
    metadata: { name },
    spec: { repository, ...fields, source: { git } },
  };
}

/** A pointer of auth-service. */
export function pointer(environment: string, identifier: string, request: object) {
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "ReleasePointer",
    metadata: { name: `${environment}-auth-service` },
    spec: { environment, repository, project: "auth-service", release: identifier, request },
  };
}
