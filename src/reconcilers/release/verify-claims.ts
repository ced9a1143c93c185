import type { ConditionUpdate } from "../../../controller/index.ts";
import { ForgeError, type Project, type Trigger } from "../../api/index.ts";
import { commitOfTag, type GitRemote, isOnBranch } from "../../git/index.ts";

/** The condition SourceVerified, which speaks of the Release's own trigger. */
export type Verification = Pick<ConditionUpdate, "status" | "reason" | "message">;

/** The verification of a source in which nothing can be checked. */
export const notChecked: Verification = {
  status: "Unknown",
  reason: "NotChecked",
  message: "Only a git source can be held against what the release says of its commit.",
};

/**
 * Holds what a trigger says of a commit against its repository. The url was compared with the
 * Project's before; a url that no Project names proves nothing.
 * @throws ForgeError SourceNotVerified for a claim that is false
 */
export async function verifyClaims(
  remote: GitRemote,
  { commit, trigger: { branch, tag } }: { readonly commit: string; readonly trigger: Trigger },
  project: Project | undefined,
  signal: AbortSignal,
): Promise<Verification> {
  if (tag !== undefined) {
    const found = await commitOfTag(remote, tag, signal);
    if (found !== commit) {
      const instead = found === undefined ? "does not exist" : `points at ${found}`;
      throw falseClaim(`trigger.tag: tag ${tag} ${instead}, not at ${commit}`);
    }
  }
  const containment = branch && (await isOnBranch(remote, branch, commit, signal));
  if (containment === "no such branch") {
    throw falseClaim(`trigger.branch: branch ${branch} does not exist`);
  }
  if (containment === "not contained") {
    throw falseClaim(`trigger.branch: branch ${branch} does not contain ${commit}`);
  }
  if (containment === "too far") {
    return unknown(
      "HistoryTooLong",
      `Branch ${branch} is too many commits ahead to look for ${commit} in its history.`,
    );
  }
  if (project?.spec.source?.url === undefined) {
    return unknown(
      "NoProjectUrl",
      "The Project names no source url to hold the release's against.",
    );
  }
  const held = [
    ...(tag === undefined ? [] : [`tag ${tag} points at the commit`]),
    ...(branch === undefined ? [] : [`branch ${branch} contains it`]),
  ];
  if (held.length === 0) {
    return unknown("NothingClaimed", "The release names neither a branch nor a tag.");
  }
  const message = `The url is the Project's; ${held.join(", and ")}.`;
  return { status: "True", reason: "Verified", message };
}

function unknown(reason: string, message: string): Verification {
  return { status: "Unknown", reason, message };
}

function falseClaim(message: string): ForgeError {
  return new ForgeError("SourceNotVerified", `Release: spec.${message}`);
}
