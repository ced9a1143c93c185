import { deploymentName } from "../../../src/api/index.ts";
import type { CommitRequest } from "../../../src/gitops/index.ts";
import { ownNetwork } from "../../../src/network/index.ts";

const repository = "company/monorepo";

/** A deployment of a project to production, by its sequence. */
export function gitOpsRequest(
  remote: Omit<CommitRequest["remote"], "network">,
  project: string,
  sequence: number,
): CommitRequest {
  return {
    remote: { ...remote, network: ownNetwork() },
    branch: "main",
    author: { name: "forge", email: "forge@example.com" },
    deployment: {
      id: deploymentName("production", repository, project, sequence),
      environment: "production",
      repository,
      project,
      commit: (sequence + 0xa_00_00_00).toString(16).padEnd(40, "c"),
      number: sequence,
      image: {
        repository: `registry.example.com/${repository}/${project}`,
        digest: `sha256:${"0f".repeat(32)}`,
      },
      type: "Deploy",
      by: "alice@company.com",
    },
  };
}
