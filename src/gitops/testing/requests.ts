import { ownNetwork } from "../../network/index.ts";
import type { CommitRequest, Deployment } from "../ports.ts";

/** A deployment of auth-service to production, but for what is named. */
export function deploymentOf(changes: Partial<Deployment> = {}): Deployment {
  return {
    id: "production-auth-service-1f2e3d4c-17",
    environment: "production",
    repository: "company/monorepo",
    project: "auth-service",
    commit: "abc123".repeat(7).slice(0, 40),
    number: 42,
    version: "v1.2.3",
    image: {
      repository: "registry.example.com/company/monorepo/auth-service",
      digest: `sha256:${"0f".repeat(32)}`,
    },
    type: "Deploy",
    by: "alice@company.com",
    ...changes,
  };
}

export function requestOf(
  url: string,
  changes: Partial<Deployment> = {},
  rest: Partial<CommitRequest> = {},
): CommitRequest {
  return {
    remote: { url, network: ownNetwork() },
    branch: "main",
    author: { name: "forge", email: "forge@example.com" },
    deployment: deploymentOf(changes),
    ...rest,
  };
}
