import { ForgeError } from "../../api/index.ts";
import { type Sliced, VisitCount } from "../../concurrency/index.ts";
import { type Commit, decodeCommit } from "./commit.ts";
import { formatOf, type GitObject, type ObjectType } from "./git-object.ts";
import { treeChildren } from "./tree-bytes.ts";

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

  /** A tree's bytes, for findEntry and treeEntries. */
  treeData(id: string): Uint8Array {
    return this.#read(id, "tree");
  }

  blob(id: string): Uint8Array {
    return this.#read(id, "blob");
  }

  /**
   * Drops all but the commit and what its tree reaches. Absent objects are passed over, and what is
   * put between two slices stays.
   */
  *retainReachable(commitId: string): Sliced<void> {
    const before = [...this.#objects.keys()];
    const kept = new Set<string>();
    const keep = (id: string): GitObject | undefined => {
      const object = kept.has(id) ? undefined : this.#objects.get(id);
      if (object !== undefined) kept.add(id);
      return object;
    };
    const commit = keep(commitId);
    const trees = commit === undefined ? [] : [decodeCommit(commit.data).tree];
    // Each object is visited once, and its bytes are in memory: that is bound enough.
    const visits = new VisitCount();
    for (let id = trees.pop(); id !== undefined; id = trees.pop()) {
      const tree = keep(id);
      if (tree === undefined) continue;
      for (const child of treeChildren(tree.data, formatOf(tree.id))) {
        if (child.isFolder) trees.push(child.id);
        else keep(child.id);
        if (visits.visit(0)) yield;
      }
    }
    for (const id of before) if (!kept.has(id)) this.delete(id);
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
