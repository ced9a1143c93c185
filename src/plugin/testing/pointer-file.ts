import { commit } from "../../oci/testing/release-content.ts";

/** A pinned pointer file; `more` is merged into its spec, undefined takes a field away. */
export function pointerFile(more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    apiVersion: "forge.dev/v1alpha1",
    kind: "ReleasePointer",
    metadata: {
      name: "auth",
      annotations: { "forge.dev/deployment": "production-auth-1f2e3d4c-17" },
    },
    spec: {
      environment: "production",
      repository: "company/monorepo",
      project: "auth",
      release: commit,
      image: {
        repository: "registry.example.com/releases/company/monorepo/auth",
        digest: `sha256:${"d".repeat(64)}`,
      },
      ...more,
    },
  });
}

export const pointerFolder = "production/apps/company/monorepo/auth";
