import type { ReleaseDeployment, ReleasePointer } from "../api/index.ts";
import { sequenceOf } from "./deployment-plan.ts";
import { completeRecord, openRecord } from "./deployment-record.ts";
import type { ReconcilerDeps } from "./ports.ts";

/**
 * Writes again the record of what runs, when it was lost: a person deleted it, a backup was
 * restored without it, or an older forge never wrote it. The pointer's own status says most of it.
 */
export async function rebuildHistory(
  deps: ReconcilerDeps,
  pointer: ReleasePointer,
  records: readonly ReleaseDeployment[],
  signal: AbortSignal,
): Promise<void> {
  const { git, deployed, previous, deployment, decision } = pointer.status ?? {};
  if (git === undefined || deployed === undefined || deployment === undefined) return;
  // What is there and not completed is another loop's, or its news are on their way.
  if (records.some(({ metadata }) => metadata.name === git.deployment)) return;
  const sequence = sequenceOf(pointer.spec, git.deployment);
  const begun = { ...deployment, ...deployed, name: git.deployment, sequence };
  const facts = {
    request: pointer.spec.request ?? { type: "Deploy" as const },
    decision: decision ?? unknownDecision,
    approvals: [],
    ...(previous && { previous }),
  };
  await openRecord(deps, pointer, begun, facts, signal);
  const { namespace } = pointer.metadata;
  await completeRecord(deps, { namespace, name: begun.name }, git, signal);
}

const unknownDecision = {
  allowed: true,
  rules: [
    {
      rule: "history",
      passed: true,
      reason: "Rebuilt",
      message: "The record was lost; what was decided then is not known any more.",
    },
  ],
};
