import {
  type Consent,
  consentsTo,
  lapsedConsentsTo,
  type Rejection,
  rejectionOf,
} from "../consent.ts";
import { type PolicyInput, passed, type Rule, refused } from "../decision.ts";
import { instant } from "../instant.ts";
import { isAutomatic, isRollback, listed } from "../wording.ts";

/** How many a record keeps. */
const countedLimit = 32;

/**
 * Enough people, other than who asks, have approved this very image for this environment, and
 * nobody has rejected it. A rejection counts whether approvals are asked for or not, but refuses no
 * rollback that needs no approval: in an emergency going back must stay possible.
 */
export const approvals: Rule = {
  name: "approvals",
  judge: (input) => {
    const { promotionPolicy, rollback } = input.environment.spec;
    if (isRollback(input) && !rollback.requiresApproval) {
      return passed("RollbackExempt", "A rollback needs no approval here.");
    }
    const rejection = rejectionOf(input);
    if (rejection !== undefined) return rejected(input, rejection);
    if (!promotionPolicy.requiresApproval) return passed("NotRequired", "No approval is needed.");
    const { required = 1, allowSelfApproval = false } = promotionPolicy.approvals ?? {};
    const requesters = requestersOf(input);
    if (!allowSelfApproval && requesters.length === 0) {
      return refused(
        "RequesterUnknown",
        "Nobody is named who asks for this, so that nobody else can be told to approve it; set spec.request of the pointer again.",
      );
    }
    const consents = consentsTo(input)
      .filter(({ approver }) => allowSelfApproval || !requesters.includes(approver))
      .slice(0, countedLimit);
    return counted(input, consents, required, allowSelfApproval ? [] : requesters);
  },
};

function counted(
  input: PolicyInput,
  consents: readonly Consent[],
  required: number,
  excluded: readonly string[],
) {
  const people = consents.map(({ approver }) => approver);
  const evidence = {
    by: people.length === 0 ? undefined : people.join(", "),
    until: Math.min(...consents.map(({ expires }) => expires)),
    approvals: consents.map(({ name, approver }) => ({ name, approver })),
  };
  if (people.length >= required) {
    return passed("Approved", `Approved by ${listed(people, "and")}.`, evidence);
  }
  const { environment } = input;
  const needs = `${environment.metadata.name} needs ${required === 1 ? "1 approval" : `${required} approvals`} of this image`;
  const others = excluded.length === 0 ? "" : ` by others than ${listed(excluded, "and")}`;
  const has = people.length === 0 ? "none" : `${people.length}, by ${listed(people, "and")}`;
  const lapsed = lapsedConsentsTo(input).filter(({ approver }) => !excluded.includes(approver));
  const names = lapsed.map(({ approver }) => approver);
  const again = lapsed.length === 0 ? "" : ` ${listed(names, "and")} must approve again.`;
  return refused("ApprovalMissing", `${needs}${others}; it has ${has}.${again}`, {
    ...evidence,
    until: Math.min(evidence.until, ...lapsed.map(({ expires }) => expires)),
  });
}

function rejected({ environment }: PolicyInput, rejection: Rejection) {
  const { approver, justification, expires } = rejection;
  const end = Number.isFinite(expires) ? ` until ${instant(expires)}` : "";
  return refused(
    "Rejected",
    `${approver} rejected this image for ${environment.metadata.name}${end}: ${justification}`,
    { by: approver, until: expires },
  );
}

/** Who asks: of an automatic deployment, whoever caused the release. */
function requestersOf(input: PolicyInput): string[] {
  if (!isAutomatic(input)) {
    const by = input.pointer.spec.request?.by;
    return by === undefined ? [] : [by];
  }
  const { spec, status } = input.release;
  // An unverified claim excludes its author as well: that only makes an approval harder.
  const triggers = [spec.trigger, ...(status?.triggers ?? [])];
  return [...new Set(triggers.flatMap(({ actor }) => actor ?? []))];
}
