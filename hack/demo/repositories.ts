import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { output } from "../../test/ground/index.ts";
import { folder, type Parts } from "./parts.ts";
import { root } from "./root.ts";

/** The two repositories of the demo: services with their manifests, and the GitOps repository. */
export interface Repositories {
  readonly sourceUrl: string;
  readonly gitOpsUrl: string;
  /** Bare repository on disk, which the demo reads with git itself. */
  readonly gitOpsFolder: string;
  /** Changes a file, commits and pushes; returns the full commit id. */
  commit(branch: string, message: string, change?: (workTree: string) => void): Promise<string>;
  tag(name: string, commit: string): Promise<void>;
}

export async function createRepositories({ git }: Parts): Promise<Repositories> {
  const sourceUrl = await git.createRepository("company/monorepo");
  const gitOpsUrl = await git.createRepository("company/gitops");
  const source = await clone(git, "company/monorepo", "monorepo");
  cpSync(join(root, "examples", "monorepo"), source.folder, { recursive: true });
  const gitOps = await clone(git, "company/gitops", "gitops");
  writeFileSync(join(gitOps.folder, "README.md"), "Which release runs where. Written by forge.\n");
  await gitOps.commit("main", "First commit");
  return {
    sourceUrl,
    gitOpsUrl,
    gitOpsFolder: join(git.root, "company", "gitops.git"),
    commit: source.commit,
    tag: source.tag,
  };
}

async function clone({ url, credentials }: Parts["git"], repository: string, name: string) {
  const workTree = join(folder, "work", name);
  mkdirSync(workTree, { recursive: true });
  const address = new URL(`${url}/${repository}.git`);
  address.username = credentials.username;
  address.password = credentials.password;
  const identity = { name: "Alice", email: "alice@company.com" };
  const run = (...args: string[]) =>
    output("git", ["-C", workTree, ...args], {
      env: {
        GIT_AUTHOR_NAME: identity.name,
        GIT_AUTHOR_EMAIL: identity.email,
        GIT_COMMITTER_NAME: identity.name,
        GIT_COMMITTER_EMAIL: identity.email,
      },
    });
  await run("init", "--quiet", "--initial-branch=main");
  await run("remote", "add", "origin", address.href);
  return {
    folder: workTree,
    commit: async (branch: string, message: string, change?: (workTree: string) => void) => {
      const known = (await run("branch", "--list", branch)) !== "";
      // An unborn branch is already checked out.
      if (known) await run("checkout", "--quiet", branch);
      else await run("checkout", "--quiet", "-B", branch);
      change?.(workTree);
      await run("add", "--all");
      await run("commit", "--quiet", "--allow-empty", "--message", message);
      await run("push", "--quiet", "origin", branch);
      return (await run("rev-parse", "HEAD")).trim();
    },
    tag: async (tag: string, commit: string) => {
      await run("tag", tag, commit);
      await run("push", "--quiet", "origin", tag);
    },
  };
}

/** Replaces a text in a file of a work tree. */
export function edit(file: string, from: string, to: string): void {
  const before = readFileSync(file, "utf8");
  if (!before.includes(from)) throw new Error(`${file} does not hold ${from}`);
  writeFileSync(file, before.replace(from, to));
}
