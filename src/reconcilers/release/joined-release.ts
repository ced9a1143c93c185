import type { Outcome } from "../../../controller/index.ts";
import { type Claim, ForgeError, isTrue, type Release } from "../../api/index.ts";
import { ownClaim } from "../../triggers/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { type Report, reportOf, stalled } from "../status.ts";
import { dueClaims } from "./claims.ts";
import { lists } from "./names.ts";
import { report, retryOf } from "./release-report.ts";
import { verifyTriggers } from "./release-source.ts";

/**
 * Reconciles a Release that joined an earlier one of its commit: it is not packaged, but its claim
 * is verified like any other, and only then does the earlier one take over trigger and aliases.
 */
export async function reconcileJoined(
  deps: ReconcilerDeps,
  release: Release,
  name: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const isAsked = retryOf(release) !== release.status?.retry;
  if (!isAsked && isRefused(release)) return { type: "done" };
  const { namespace } = release.metadata;
  const first = deps.caches.releases.get({ namespace, name });
  const known = isAsked ? undefined : ownClaim(release);
  if (known !== undefined)
    return report(deps, release, joinedReport(first, name, known), {}, signal);
  try {
    const [found] = await verifyTriggers(deps, release, [release.spec.trigger], signal);
    if (found === undefined || found instanceof ForgeError) throw found;
    const claim = { ...release.spec.trigger, verification: found.reason };
    const conditions = [{ type: "SourceVerified" as const, ...found }];
    const joined = { ...joinedReport(first, name, claim), conditions };
    return await report(deps, release, joined, {}, signal);
  } catch (error) {
    const failure = reportOf(error);
    if (failure === undefined) throw error;
    const outcome = await report(deps, release, refused(failure), {}, signal);
    if (failure.readiness === "retrying") throw error;
    return outcome;
  }
}

function isRefused({ status }: Release): boolean {
  return (
    status?.conditions?.some((c) => c.type === "SourceVerified" && c.status === "False") === true
  );
}

function refused(failure: Report): Report {
  const { reason, message } = failure;
  if (reason !== "SourceNotVerified") return failure;
  return { ...failure, conditions: [{ type: "SourceVerified", status: "False", reason, message }] };
}

function joinedReport(first: Release | undefined, name: string, claim: Claim): Report {
  if (first === undefined || !isTrue(first, "Ready")) {
    return waiting(
      name,
      "AwaitingRelease",
      `Release ${name}, which this one joined, is not ready.`,
    );
  }
  if (lists(first.status?.triggers ?? [], claim)) {
    return {
      readiness: "ready",
      reason: "Joined",
      message: `Release ${name} holds this commit with the same content; its trigger and aliases were added there.`,
      outcome: { type: "done" },
    };
  }
  if (!dueClaims(first, undefined, [claim]).includes(claim)) {
    return stalled(
      "TriggerDropped",
      `Release ${name} lists as many triggers as fit into its status, and this one is not among them. Release the commit's successor.`,
    );
  }
  return waiting(name, "AwaitingNames", `Release ${name} has not taken over this trigger yet.`);
}

function waiting(name: string, reason: string, message: string): Report {
  return {
    readiness: "progressing",
    reason,
    message,
    outcome: { type: "wait", on: `release ${name}` },
  };
}
