import { createHash } from "node:crypto";

/** An object of git, hashed as it is: nothing checks that it makes sense. */
export interface GeneratedObject {
  readonly type: "commit" | "tree" | "blob" | "tag";
  readonly id: string;
  readonly data: Buffer;
}

export interface GeneratedEntry {
  readonly mode: string;
  readonly name: string | Buffer;
  readonly id: string;
}

export const folderMode = "40000";
export const fileMode = "100644";

export function gitObject(
  type: GeneratedObject["type"],
  content: string | Buffer,
): GeneratedObject {
  const data = Buffer.from(content as string);
  const id = createHash("sha1").update(`${type} ${data.length}\0`).update(data).digest("hex");
  return { type, id, data };
}

/** A tree of these entries, in the order given. */
export function treeOf(entries: readonly GeneratedEntry[]): GeneratedObject {
  const parts = entries.flatMap(({ mode, name, id }) => [
    Buffer.from(`${mode} `),
    Buffer.from(name as string),
    Buffer.from([0]),
    Buffer.from(id, "hex"),
  ]);
  return gitObject("tree", Buffer.concat(parts));
}

const somebody = "Mallory <mallory@example.com> 1790000000 +0000";

export function commitOf(
  tree: string,
  { author = somebody, message = "Hello", parents = [] as readonly string[] } = {},
): GeneratedObject {
  const lines = [`tree ${tree}`, ...parents.map((id) => `parent ${id}`), `author ${author}`];
  return gitObject("commit", `${lines.join("\n")}\ncommitter ${somebody}\n\n${message}`);
}
