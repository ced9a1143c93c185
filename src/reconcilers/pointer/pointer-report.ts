/** What a pointer reports that does not move: why, and who or what may change it. */
import { ForgeError, type ReleasePointer } from "../../api/index.ts";
import type { Decision } from "../../policy/index.ts";
import { sleepUntil } from "../sleep-until.ts";
import { type OwnCondition, type Report, stalled } from "../status.ts";
import { isDeployed } from "./pointer-release.ts";

export function suspension(pointer: ReleasePointer): Report {
  if (!isDeployed(pointer)) {
    return stalled("Suspended", "spec.suspend is set: forge leaves the pointer alone.");
  }
  const message = `Release ${pointer.status?.deployed?.number} stays: spec.suspend is set.`;
  return { readiness: "ready", reason: "Suspended", message, outcome: { type: "done" } };
}

export function allowedCondition(decision: Decision, now: Date): OwnCondition {
  if (decision.allowed) {
    const message = `All ${decision.rules.length} rules let the release in.`;
    return { type: "Allowed", status: "True", reason: "Allowed", message };
  }
  const { reason, message } = refusal(decision, now);
  return { type: "Allowed", status: "False", reason, message };
}

const notEnforced = "PoliciesNotEnforced";
const policiesAgainMs = 60_000;

/** The controller was told to commit nothing without the admission policies. */
export function withoutPolicies(message: string): Report {
  const why = "the admission policies may be installed again";
  const outcome = { type: "requeue", afterMs: policiesAgainMs, why } as const;
  return { readiness: "retrying", reason: notEnforced, message, outcome };
}

/** Whether a pointer moves once the policies are back. */
export function waitsForPolicies({ status }: ReleasePointer): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "False" && ready.reason === notEnforced;
}

/** What only people can change is stalled; what time changes is looked at again by then. */
export function refusal({ rules, changesAt }: Decision, now: Date): Report {
  const refused = rules.filter(({ passed }) => !passed);
  const message = refused.map((verdict) => verdict.message).join(" ");
  const reason = refused[0]?.reason ?? "Refused";
  if (changesAt === undefined) return stalled(reason, message);
  const afterMs = sleepUntil(Date.parse(changesAt), now.getTime());
  const why = "time alone may change the decision";
  return { readiness: "retrying", reason, message, outcome: { type: "requeue", afterMs, why } };
}

/** What is missing comes by a watch: asking again by the clock would find nothing sooner. */
export function waitsForWatch(error: unknown): boolean {
  const codes = ["ReleaseNotFound", "ReleaseNotReady", "EnvironmentNotFound"];
  return error instanceof ForgeError && codes.includes(error.code);
}

/** What is tried again, but hardly goes better before a person did something. */
export function needsMending(error: unknown): boolean {
  const passing = ["Timeout", "GitUnreachable", "ReleaseNotReady"];
  return error instanceof ForgeError && !passing.includes(error.code);
}

export function awaiting(failure: Report): Report {
  return { ...failure, outcome: { type: "wait", on: failure.reason } };
}
