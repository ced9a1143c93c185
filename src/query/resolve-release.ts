import { ForgeError, isTrue, type Release } from "../api/index.ts";
import { isVerifiedAlias } from "../triggers/index.ts";

/** At least this many digits make a commit prefix, as git abbreviates. */
const commitPrefix = /^[0-9a-f]{7,64}$/;
const numeral = /^[1-9][0-9]{0,14}$/;
const candidatesShown = 5;

/**
 * Finds the release of one project that an identifier stands for, in this order: exact alias,
 * number, commit prefix. Only releases that are ready, and stand for themselves, are found.
 *
 * @param releases all Releases of the project
 * @throws ForgeError ReleaseNotFound, ReleaseNotReady, AmbiguousRelease (listing the candidates)
 */
export function resolveRelease(identifier: string, releases: readonly Release[]): Release {
  const standing = releases.filter(({ status }) => !status?.joined && !status?.conflictsWith);
  const ready = match(
    identifier,
    standing.filter((release) => isTrue(release, "Ready") && release.status?.image),
  );
  if (ready !== undefined) return ready;
  const pending = standing.filter((release) => !isTrue(release, "Ready"));
  const unready = matches(identifier, pending).at(-1);
  if (unready === undefined) {
    throw new ForgeError("ReleaseNotFound", `no release is called ${JSON.stringify(identifier)}`);
  }
  const condition = unready.status?.conditions?.find(({ type }) => type === "Ready");
  throw new ForgeError(
    "ReleaseNotReady",
    `release ${identifier} (${unready.metadata.name}) is not ready: ${condition?.message ?? "it has not been looked at yet"}`,
  );
}

function match(identifier: string, releases: readonly Release[]): Release | undefined {
  const found = matches(identifier, releases);
  if (found.length > 1) {
    const shown = found.slice(0, candidatesShown).map(describe).join(", ");
    const more =
      found.length > candidatesShown ? ` and ${found.length - candidatesShown} more` : "";
    throw new ForgeError("AmbiguousRelease", `${identifier} may be ${shown}${more}`);
  }
  return found[0];
}

/** Whether the identifier may stand for this release, whichever others it may stand for. */
export function isCalled({ spec, status }: Release, identifier: string): boolean {
  return (
    status?.aliases?.some(({ value }) => value === identifier) === true ||
    (numeral.test(identifier) && status?.number === Number(identifier)) ||
    hasPrefix(spec.commit, identifier)
  );
}

function hasPrefix(commit: string, identifier: string): boolean {
  const prefix = identifier.toLowerCase();
  return commitPrefix.test(prefix) && commit.startsWith(prefix);
}

/** What the first kind of name that fits anything finds. */
function matches(identifier: string, releases: readonly Release[]): readonly Release[] {
  const byAlias = releases.filter(({ status }) =>
    status?.aliases?.some(({ value }) => value === identifier),
  );
  // An alias that nobody could verify does not stand in the way of the verified one.
  const verified = byAlias.filter((release) => isVerifiedAlias(release, identifier));
  if (byAlias.length > 0) return verified.length > 0 ? verified : byAlias;
  if (numeral.test(identifier)) {
    const byNumber = releases.filter(({ status }) => status?.number === Number(identifier));
    if (byNumber.length > 0) return byNumber;
  }
  return releases.filter(({ spec }) => hasPrefix(spec.commit, identifier));
}

function describe({ spec, status }: Release): string {
  return `${status?.number ?? "?"} (${spec.commit.slice(0, 12)})`;
}
