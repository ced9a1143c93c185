import { indexValue } from "../../../controller/kube/index.ts";
import { projectPath, type ReleaseDeployment, releaseApprovalKind } from "../../api/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { writeStatus } from "../status.ts";

/** Apart from the manager of the policy, whose apply would remove what this one writes. */
const fieldManager = "forge-ending";

/**
 * Ends the approvals of an image that was rolled back from: whoever wants it again consents again.
 * Policy says the same of the records while they are kept, and these are kept by count.
 *
 * @param at when forge knew of the rollback; later approvals stay
 */
export async function endApprovals(
  deps: Pick<ReconcilerDeps, "caches" | "client">,
  { metadata, spec }: ReleaseDeployment,
  at: Date,
  signal: AbortSignal,
): Promise<void> {
  const path = projectPath(spec.repository, spec.project);
  const ended = deps.caches.approvals
    .byIndex("project", indexValue(metadata.namespace, path))
    .filter((approval) => {
      const { environment, release, decision, revoked } = approval.spec;
      const isOfImage = environment === spec.environment && release.digest === spec.release.digest;
      const isStanding = decision === "Approve" && !revoked && !approval.status?.rolledBack;
      return isOfImage && isStanding && Date.parse(approval.metadata.creationTimestamp) <= +at;
    });
  for (const approval of ended) {
    const rolledBack = { deployment: metadata.name, at: at.toISOString() };
    await writeStatus(deps, releaseApprovalKind, approval, fieldManager, { rolledBack }, signal);
  }
}
