import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { output } from "../../test/ground/index.ts";
import { pointerPath, pointerText } from "./repository.ts";

const identity = {
  GIT_AUTHOR_NAME: "Bench",
  GIT_AUTHOR_EMAIL: "bench@example.com",
  GIT_COMMITTER_NAME: "Bench",
  GIT_COMMITTER_EMAIL: "bench@example.com",
};

/** The git command line on a bare clone that stays, with an index that stays: its best case. */
export class PersistentClone {
  readonly #folder: string;
  #index = "";

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(url: string, folder: string): Promise<PersistentClone> {
    await output("git", ["clone", "--quiet", "--bare", url, folder]);
    const clone = new PersistentClone(folder);
    await clone.#git(["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"]);
    return clone;
  }

  async deploy(index: number, sequence: number): Promise<void> {
    await this.#git(["fetch", "--quiet", "origin", "main"]);
    const head = await this.#git(["rev-parse", "FETCH_HEAD"]);
    // Nobody else pushes here: the index is read once.
    if (this.#index !== head) await this.#git(["read-tree", head]);
    const blob = await this.#git(["hash-object", "-w", "--stdin"], pointerText(index, sequence));
    await this.#git(["update-index", "--cacheinfo", `100644,${blob},${pointerPath(index)}`]);
    const tree = await this.#git(["write-tree"]);
    const message = `Deploy ${sequence}`;
    this.#index = await this.#git(["commit-tree", tree, "-p", head, "-m", message]);
    await this.#git(["push", "--quiet", "origin", `${this.#index}:refs/heads/main`]);
  }

  async #git(args: readonly string[], input = ""): Promise<string> {
    const env = { ...identity, GIT_INDEX_FILE: join(this.#folder, "index-of-bench") };
    return (await output("git", ["-C", this.#folder, ...args], { env, input })).trim();
  }
}

/** A clone of everything for one change: bare clone, work tree, edit, add, commit, pull, push. */
export async function deployWithClone(
  url: string,
  folder: string,
  index: number,
  sequence: number,
): Promise<void> {
  const bare = join(folder, "clone.git");
  const work = join(folder, "work");
  mkdirSync(folder, { recursive: true });
  const git = (at: string, ...args: readonly string[]) =>
    output("git", ["-C", at, ...args], { env: identity });
  await git(folder, "clone", "--quiet", "--bare", url, bare);
  await git(bare, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
  await git(bare, "worktree", "add", "--quiet", work, "main");
  writeFileSync(join(work, pointerPath(index)), pointerText(index, sequence));
  await git(work, "add", pointerPath(index));
  await git(work, "commit", "--quiet", "-m", `Deploy ${sequence}`);
  await git(work, "pull", "--quiet", "--rebase", "origin", "main");
  await git(work, "push", "--quiet", "origin", "HEAD:main");
  rmSync(folder, { recursive: true, force: true });
}
