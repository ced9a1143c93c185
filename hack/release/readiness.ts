import { gt, lt, major, minor, patch, valid } from "semver";

/** State of the checkout that decides whether a release may start. */
export interface Situation {
  /** The version that somebody wants to release. */
  readonly asked: string;
  /** The version that package.json has. */
  readonly current: string;
  /** The least version that the files in .changeset allow; undefined when there are none. */
  readonly next: string | undefined;
  readonly isClean: boolean;
  /** Subject of the last commit. */
  readonly head: string;
  readonly branch: string;
  /** Whether the tag of the wanted version is there already. */
  readonly isTagged: boolean;
  /** Whether git knows who commits. */
  readonly hasIdentity: boolean;
}

export const commitSubject = (version: string): string => `release: forge ${version}`;

/** Whether a release of this version was committed already, and stopped after that. */
export function isCommitted({ asked, current, head }: Situation): boolean {
  return asked === current && head === commitSubject(asked);
}

/** Why the release cannot start, with what to do; undefined when it can. */
export function refusalOf(situation: Situation): string | undefined {
  const { asked, current, next, isClean, branch, isTagged, hasIdentity } = situation;
  if (valid(asked) !== asked) {
    return `V=${asked} is no version such as 1.2.3: see VERSIONING.md`;
  }
  if (!isClean) return "the working tree has changes: commit or stash them first";
  if (branch !== "main") return `releases are made on main, and this is ${branch}`;
  if (isTagged) return `the tag v${asked} is there already: the version was released`;
  if (!hasIdentity) return "git does not know who commits: set user.name and user.email";
  if (isCommitted(situation)) return undefined;
  if (!gt(asked, current)) return `V=${asked} is not greater than ${current}, the version now`;
  if (next === undefined) {
    return ".changeset holds no change, so there is nothing to release: add a file for each change";
  }
  const core = `${major(asked)}.${minor(asked)}.${patch(asked)}`;
  if (lt(core, next)) return `V=${asked} is too small: the changes in .changeset ask for ${next}`;
  return undefined;
}
