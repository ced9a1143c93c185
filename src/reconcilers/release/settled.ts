import { isTrue, type Release } from "../../api/index.ts";
import { hasFailed } from "./release-identity.ts";
import { retryOf } from "./release-report.ts";

/** Packaged, or failed for good: an immutable release that stands for itself is packaged once. */
export function isSettled(release: Release): boolean {
  const { status } = release;
  if (status?.number === undefined || status.joined !== undefined) return false;
  const retry = retryOf(release);
  const isAsked = retry !== undefined && retry !== status.retry && !status.replacedBy;
  if (isLost(release)) return !isAsked && !isBeingMadeAgain(release);
  if (isTrue(release, "Ready")) return true;
  return hasFailed(release) && !isAsked;
}

const lostReasons = ["TagMissing", "ImageMissing", "ImageChanged", "ImageTaken"];

/**
 * Packaged once, and not in the registry any more, under its tag or at all. It is not pushed again
 * before a person asks for it: somebody may have taken it away on purpose.
 */
export function isLost({ status }: Pick<Release, "status">): boolean {
  const packaged = status?.conditions?.find(({ type }) => type === "Packaged");
  const isNamed = packaged?.status === "False" && lostReasons.includes(packaged.reason);
  return status?.image !== undefined && isNamed;
}

/** A try that a person asked for failed for a while: it goes on. */
function isBeingMadeAgain(release: Release): boolean {
  const ready = release.status?.conditions?.find(({ type }) => type === "Ready");
  const isOver = isTrue(release, "Ready") || isTrue(release, "Stalled");
  return !isOver && !lostReasons.includes(ready?.reason ?? "");
}
