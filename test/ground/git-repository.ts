import { appendFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { output } from "./command.ts";

const identity = {
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@example.com",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@example.com",
};

/** git in a folder, as somebody who is not forge. */
export function git(folder: string, ...args: readonly string[]): Promise<string> {
  return output("git", ["-C", folder, ...args], { env: identity });
}

/**
 * git collects garbage within the push that calls for it: in the background it removes objects
 * while a test reads them, and `git fsck` then fails.
 */
const serverConfig = `[http]
	receivepack = true
[uploadpack]
	allowFilter = true
[gc]
	autoDetach = false
`;

/** An empty bare repository that may be pushed to, and fetched from in part. */
export async function createBareRepository(folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  await output("git", ["init", "--quiet", "--bare", "--initial-branch=main", folder]);
  appendFileSync(join(folder, "config"), serverConfig);
}

/**
 * Commits files on top of a branch of a bare repository; a file of undefined is removed.
 * Returns the commit.
 */
export async function commitFiles(
  folder: string,
  branch: string,
  message: string,
  files: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const ref = `refs/heads/${branch}`;
  const index = { ...identity, GIT_INDEX_FILE: `${folder}/index-of-test` };
  const plumbing = (args: readonly string[], input = "") =>
    output("git", ["-C", folder, ...args], { env: index, input }).then((text) => text.trim());
  const parent = await plumbing(["rev-parse", "--verify", "--quiet", ref]).catch(() => undefined);
  await plumbing(parent === undefined ? ["read-tree", "--empty"] : ["read-tree", parent]);
  for (const [path, content] of Object.entries(files)) {
    if (content === undefined) {
      // --force-remove wants a work tree.
      await plumbing(["update-index", "--index-info"], `0 ${"0".repeat(40)}\t${path}\n`);
      continue;
    }
    const blob = await plumbing(["hash-object", "-w", "--stdin"], content);
    await plumbing(["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`]);
  }
  const tree = await plumbing(["write-tree"]);
  const parents = parent === undefined ? [] : ["-p", parent];
  const commit = await plumbing(["commit-tree", tree, ...parents, "-m", message]);
  await plumbing(["update-ref", ref, commit]);
  return commit;
}
