/**
 * Whether a server that says this lost a race itself: between its look at the branch and its
 * write somebody else came in between, or holds the lock. What git, JGit, GitHub, GitLab, Gitea,
 * Bitbucket and Azure DevOps say of it. Everything else may be a rule, and is so when the branch
 * stays where it was.
 */
export function saysLostRace(message: string): boolean {
  return lostRace.test(message);
}

const lostRace = new RegExp(
  [
    "failed to update ref",
    "fetch first",
    "non-fast[- ]?forward",
    "stale info",
    "atomic (transaction|push) failed",
    "incorrect old value provided",
    "reference already exists",
    "remote ref has changed",
    "cannot lock ref",
    "unable to (create|lock) .*lock",
    "failed to (write|lock|acquire)",
    "lock[ _]failure",
    "is at [0-9a-f]+ but expected",
    "TF401027.*?another process|TF402455.*?retry|reference was updated",
    "transaction (aborted|conflict)",
  ].join("|"),
  "i",
);
