import { execFileSync } from "node:child_process";
import fs, { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { indexPack } from "isomorphic-git";

/** Throws when git finds fault with a repository, or isomorphic-git with a pack pushed to it. */
export async function checkRepository(gitDir: string, packs: readonly Buffer[]): Promise<void> {
  execFileSync("git", ["fsck", "--strict", "--no-progress"], { cwd: gitDir, stdio: "pipe" });
  const format = execFileSync("git", ["rev-parse", "--show-object-format"], {
    cwd: gitDir,
    encoding: "utf8",
  });
  // isomorphic-git knows SHA-1 alone.
  if (format.trim() !== "sha1") return;
  mkdirSync(join(gitDir, "objects", "pack"), { recursive: true });
  for (const [index, pack] of packs.entries()) {
    const filepath = `objects/pack/pack-pushed-${index}.pack`;
    writeFileSync(join(gitDir, filepath), pack);
    const { oids } = await indexPack({ fs, dir: gitDir, gitdir: gitDir, filepath });
    // What it cannot read it leaves out of the index without a word.
    const expected = pack.readUInt32BE(8);
    if (oids.length !== expected) {
      throw new Error(`isomorphic-git reads ${oids.length} objects of ${expected} in a pack`);
    }
  }
}
