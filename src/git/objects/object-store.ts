import { ForgeError } from "../../api/index.ts";
import { type Commit, decodeCommit } from "./commit.ts";
import { formatOf, type GitObject, type ObjectType } from "./git-object.ts";
import { decodeTree, directoryMode, type TreeEntry } from "./tree.ts";

/** Git objects in memory, by id. */
export class ObjectStore {
  readonly #objects = new Map<string, GitObject>();
  #bytes = 0;

  get size(): number {
    return this.#objects.size;
  }

  /** Of the objects' content. */
  get bytes(): number {
    return this.#bytes;
  }

  put(object: GitObject): void {
    if (!this.#objects.has(object.id)) this.#bytes += object.data.byteLength;
    this.#objects.set(object.id, object);
  }

  delete(id: string): void {
    this.#bytes -= this.#objects.get(id)?.data.byteLength ?? 0;
    this.#objects.delete(id);
  }

  has(id: string): boolean {
    return this.#objects.has(id);
  }

  get(id: string): GitObject | undefined {
    return this.#objects.get(id);
  }

  commit(id: string): Commit {
    return decodeCommit(this.#read(id, "commit"));
  }

  tree(id: string): readonly TreeEntry[] {
    return decodeTree(this.#read(id, "tree"), formatOf(id));
  }

  /** A tree's bytes, for findEntry. */
  treeData(id: string): Uint8Array {
    return this.#read(id, "tree");
  }

  blob(id: string): Uint8Array {
    return this.#read(id, "blob");
  }

  /** Drops all but the commit and what its tree reaches. Absent objects are passed over. */
  retainReachable(commitId: string): void {
    const kept = new Map<string, GitObject>();
    const keep = (id: string): GitObject | undefined => {
      const object = kept.has(id) ? undefined : this.#objects.get(id);
      if (object !== undefined) kept.set(id, object);
      return object;
    };
    const commit = keep(commitId);
    const trees = commit === undefined ? [] : [decodeCommit(commit.data).tree];
    for (let id = trees.pop(); id !== undefined; id = trees.pop()) {
      const tree = keep(id);
      if (tree === undefined) continue;
      for (const entry of decodeTree(tree.data, formatOf(tree.id))) {
        if (entry.mode === directoryMode) trees.push(entry.id);
        else keep(entry.id);
      }
    }
    this.#objects.clear();
    this.#bytes = 0;
    for (const object of kept.values()) this.put(object);
  }

  #read(id: string, type: ObjectType): Uint8Array {
    const object = this.#objects.get(id);
    if (object === undefined) {
      throw new ForgeError("GitProtocol", `the server did not send the ${type} ${id}`);
    }
    if (object.type !== type) {
      throw new ForgeError("GitProtocol", `object ${id} is a ${object.type}, not a ${type}`);
    }
    return object.data;
  }
}
