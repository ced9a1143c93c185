import type { PromotionPolicy } from "../api/index.ts";
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
  const people = new Map<string, Consent>();
  for (const consent of standing(input, "Approve")) {
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

/** Those that were given for this very image in this environment, not revoked and not expired. */
function standing(input: PolicyInput, decision: "Approve" | "Reject"): Rejection[] {
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
