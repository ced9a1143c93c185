import { z } from "zod";
import { dryRunField, identity, placeFields, reasonField, releaseField } from "./deployments.ts";
import { approval } from "./objects.ts";

const expiresAt = z.iso
  .datetime({ offset: true })
  .optional()
  .describe("When it ceases to count (RFC 3339).");

export const approvalRequest = z
  .strictObject({
    ...placeFields,
    release: releaseField,
    decision: z.enum(["Approve", "Reject"]).default("Approve"),
    justification: reasonField,
    expiresAt,
    dryRun: dryRunField,
  })
  .meta({ id: "ApprovalRequest" });

export const rejectRequest = z
  .strictObject({ justification: reasonField, expiresAt, dryRun: dryRunField })
  .meta({ id: "RejectRequest" });

export const revokeRequest = z
  .strictObject({
    reason: reasonField,
    of: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe("Whose approval or rejection; your own when absent."),
    dryRun: dryRunField,
  })
  .meta({ id: "RevokeRequest" });

export const approvalState = z
  .object({
    namespace: z.string(),
    environment: z.string(),
    repository: z.string(),
    project: z.string(),
    release: identity,
    requiresApproval: z.boolean(),
    required: z.int().describe("How many people must approve."),
    granted: z.int().describe("How many have whose approval counts now."),
    satisfied: z.boolean().describe("Whether the rule of approvals lets the release in."),
    message: z.string().describe("The rule's verdict in a sentence."),
    youMay: z.boolean().describe("Whether you may approve for this environment."),
    approvers: z
      .array(
        z
          .object({
            kind: z.string().describe("User, Group or ServiceAccount."),
            name: z.string(),
            namespace: z.string().optional(),
            binding: z.string().describe("What gives the right, such as RoleBinding approvers."),
            role: z.string().describe("Which role it binds, such as ClusterRole forge-approver."),
          })
          .meta({ id: "Approver" }),
      )
      .describe("Who else may, as far as you may read RBAC; at most 100."),
    approversUnknown: z
      .array(z.string())
      .describe("What you may not read of that, or was too much; empty when all of them are here."),
    allowSelfApproval: z.boolean().describe("Whether who asks for the deployment may approve it."),
    approvals: z.array(approval).describe("All of them, revoked ones and rejections too."),
  })
  .meta({ id: "ApprovalState" });

export const revokedApprovals = z
  .object({ kind: z.literal("List"), items: z.array(approval) })
  .meta({ id: "RevokedApprovals" });
