import type { ReleaseApproval } from "../../api/index.ts";
import type { Fact } from "../ports.ts";
import { detailsOf } from "./fact.ts";

/** What an approval tells: who judged what, and whether it was taken back. */
export function approvalFacts({ metadata, spec }: ReleaseApproval): Fact[] {
  const { environment, release, decision, approver, justification, expiresAt, revoked } = spec;
  const place = placeOf({ metadata, spec });
  const details = detailsOf({ decision, release, justification, expiresAt });
  const facts: Fact[] = [
    {
      ...place,
      key: `Approval/${metadata.uid}/Given`,
      event: decision === "Approve" ? "Approved" : "Rejected",
      time: metadata.creationTimestamp,
      environment,
      actor: approver,
      details,
    },
  ];
  if (revoked !== undefined) {
    facts.push({
      ...place,
      key: `Approval/${metadata.uid}/Revoked`,
      event: "Revoked",
      actor: revoked.by,
      details: detailsOf({ decision, release, approver, reason: revoked.reason }),
    });
  }
  return facts;
}

/** That an approval is gone: who deleted it, the object does not say. */
export function deletedApproval(approval: ReleaseApproval): Fact {
  const { decision, release, approver } = approval.spec;
  return {
    ...placeOf(approval),
    key: `Approval/${approval.metadata.uid}/Deleted`,
    event: "Deleted",
    details: detailsOf({ decision, release, approver }),
  };
}

function placeOf({ metadata, spec }: Pick<ReleaseApproval, "metadata" | "spec">) {
  const { repository, project } = spec.release;
  return {
    kind: "Approval" as const,
    namespace: metadata.namespace,
    ...{ repository, project, environment: spec.environment },
    subject: metadata.name,
  };
}
