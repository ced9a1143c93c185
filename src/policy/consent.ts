import type { PromotionPolicy } from "../api/index.ts";
import { isBoundToRules } from "./bound-approval.ts";
import type { PolicyInput } from "./decision.ts";
import { milliseconds } from "./duration.ts";
import { preparedOnce } from "./prepared.ts";

type Settings = NonNullable<PromotionPolicy["approvals"]>;
type Approval = PolicyInput["approvals"][number];

/** A person's approval that counts now. */
export interface Consent {
  /** Name of the ReleaseApproval. */
  readonly name: string;
  readonly approver: string;
  /** When it ceases to count, in milliseconds; infinite when it does not. */
  readonly expires: number;
}

export interface Rejection extends Consent {
  readonly justification: string;
}

/** How long an approval counts, in milliseconds. */
const lifetimeOf = preparedOnce(({ expireAfter }: Settings) =>
  expireAfter === undefined ? Number.POSITIVE_INFINITY : milliseconds(expireAfter),
);

/**
 * Who consents to this image in this environment, one entry a person: of several approvals by one
 * person the one that counts longest. In the order of names, whatever the order of the approvals.
 */
export function consentsTo(input: PolicyInput): Consent[] {
  return onePerPerson(standing(input, "Approve"));
}

function onePerPerson(consents: readonly Consent[]): Consent[] {
  const people = new Map<string, Consent>();
  for (const consent of consents) {
    const known = people.get(consent.approver);
    if (known === undefined || precedes(consent, known)) people.set(consent.approver, consent);
  }
  return [...people.values()].toSorted((a, b) => (a.approver < b.approver ? -1 : 1));
}

/**
 * The rejection that stands longest. It stands until its author or another approver revokes it,
 * or its own expiry: expireAfter is a bound on consent.
 */
export function rejectionOf(input: PolicyInput): Rejection | undefined {
  return standing(input, "Reject").toSorted((a, b) => (precedes(a, b) ? -1 : 1))[0];
}

function precedes(a: Consent, b: Consent): boolean {
  return a.expires > b.expires || (a.expires === b.expires && a.name < b.name);
}

/**
 * People whose approval would count, but for the rules under which it was given or a rollback from
 * the image since: they must approve again. None who approved again already.
 */
export function lapsedConsentsTo(input: PolicyInput): Consent[] {
  const people = new Set(standing(input, "Approve").map(({ approver }) => approver));
  const lapsed = onePerPerson(standing(input, "Approve", "lapsed"));
  return lapsed.filter(({ approver }) => !people.has(approver));
}

/** Whether the controller has yet to say under which rules it was given. */
function isUnbound({ spec, status }: Approval): boolean {
  return status?.policy === undefined && spec.environmentGeneration === undefined;
}

/** Whether consent still means what it meant: the rules are no looser, and nobody went back. */
function isCurrent(approval: Approval, { environment, release, runs }: PolicyInput): boolean {
  const given = Date.parse(approval.metadata.creationTimestamp);
  const { name } = environment.metadata;
  const digest = release.status?.image?.digest;
  const isRolledBack = runs.some(
    (run) =>
      run.environment === name &&
      run.digest === digest &&
      run.rolledBackAt !== undefined &&
      !(given > run.rolledBackAt.getTime()),
  );
  const isEnded = approval.status?.rolledBack !== undefined;
  return !isRolledBack && !isEnded && isBoundToRules(approval, environment);
}

/** Those that were given for this very image in this environment, not revoked and not expired. */
function standing(
  input: PolicyInput,
  decision: "Approve" | "Reject",
  which: "current" | "lapsed" = "current",
): Rejection[] {
  const settings = input.environment.spec.promotionPolicy.approvals;
  const lifetime =
    settings === undefined || decision === "Reject"
      ? Number.POSITIVE_INFINITY
      : lifetimeOf(settings);
  return input.approvals.flatMap((approval) => {
    const { approver, revoked, justification, expiresAt } = approval.spec;
    if (approval.spec.decision !== decision || approver === undefined || revoked !== undefined) {
      return [];
    }
    if (!isFor(approval, input)) return [];
    // A rejection binds whatever became of the rules.
    if (decision === "Approve") {
      if (isUnbound(approval) || isCurrent(approval, input) !== (which === "current")) return [];
    }
    const expires = Math.min(
      Date.parse(approval.metadata.creationTimestamp) + lifetime,
      expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt),
    );
    // A time that cannot be read ends an approval, and no rejection.
    const now = input.now.getTime();
    if (decision === "Approve" ? !(expires > now) : expires <= now) return [];
    return { name: approval.metadata.name, approver, expires, justification };
  });
}

function isFor({ spec }: Approval, { environment, release }: PolicyInput): boolean {
  const { repository, project, commit } = release.spec;
  return (
    spec.environment === environment.metadata.name &&
    spec.release.repository === repository &&
    spec.release.project === project &&
    spec.release.commit === commit &&
    spec.release.digest === release.status?.image?.digest
  );
}
