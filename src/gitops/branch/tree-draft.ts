import { ForgeError } from "../../api/index.ts";
import {
  applySplice,
  directoryMode,
  entryNames,
  type FoundEntry,
  fileMode,
  findEntry,
  gitObject,
  type ObjectFormat,
  type ObjectStore,
  type PackedObject,
  placeEntry,
  type Splice,
  spliceDelta,
} from "../../git/index.ts";
import { isErrorCode } from "../error-code.ts";
import { requireFile, requireFolder } from "./find-file.ts";

interface Folder {
  data: Uint8Array;
  /** undefined while the folder is not there. */
  id: string | undefined;
  readonly original: string | undefined;
  /** How many deltas the last one written stands on. */
  chain: number;
  readonly children: Map<string, Folder>;
  /** What was looked for, since to look through a folder of thousands takes its time. */
  readonly looked: Map<string, FoundEntry | undefined>;
}

/** As git's own packs: who reads an object applies no more deltas than this. */
const maxChain = 50;
/** Smaller trees are whole in fewer bytes than a delta with the id of its base. */
const minDeltaBase = 128;
/**
 * Larger trees are dropped when they are replaced. Smaller ones stay until the store is pruned: they
 * cost little, and the same one may stand at several places.
 */
const maxLeftBehind = 1_024;

/**
 * Edits on top of a tree, each seen by the next. The store keeps what it has until `settle`, so
 * that a draft which the server refused leaves no trace. Folders on the way to a file are held
 * open: a hundred files below one folder of thousands cost one look for each.
 */
export class TreeDraft {
  readonly #store: ObjectStore;
  readonly #format: ObjectFormat;
  readonly #root: Folder;
  /** Trees that the server has, or is sent: none is sent twice, and no delta stands on itself. */
  readonly #known = new Set<string>();

  constructor(store: ObjectStore, root: string | undefined, format: ObjectFormat) {
    this.#store = store;
    this.#format = format;
    this.#root = this.#open(root);
  }

  get root(): string | undefined {
    return this.#root.id;
  }

  /** The blob at a path; undefined when nothing is there. Throws PointerPathInvalid. */
  find(path: readonly string[]): string | undefined {
    return this.#walk(path, () => undefined)?.at(-1)?.entry?.id;
  }

  /**
   * Puts a blob at a path, where a file that is there keeps its mode. Returns the trees to send,
   * the new root last. Throws PointerPathInvalid, with nothing changed.
   */
  write(path: readonly string[], blob: string): PackedObject[] {
    const steps = this.#walk(path, (parent, name) => {
      refuseTwin(parent.data, name, this.#format, path);
      return this.#open(undefined);
    });
    if (steps === undefined) throw new RangeError("a path has at least one segment");
    const objects: PackedObject[] = [];
    let id = blob;
    for (const { folder, name, entry, child } of steps.toReversed()) {
      if (child !== undefined) folder.children.set(name, child);
      const mode = entry?.mode ?? (child === undefined ? fileMode : directoryMode);
      const place = { mode, name, id };
      const splice = placeEntry(folder.data, place, entry, this.#format);
      objects.push(...this.#apply(folder, name, splice));
      id = folder.id ?? "";
    }
    return objects;
  }

  /** The draft is on the server: the store takes its trees, and drops large ones they replace. */
  settle(): void {
    const folders = [this.#root];
    for (const folder of folders) folders.push(...folder.children.values());
    const changed = folders.filter(({ id, original }) => id !== original);
    for (const { original } of changed) {
      if (original === undefined) continue;
      const { length } = this.#store.treeData(original);
      if (length > maxLeftBehind) this.#store.delete(original);
    }
    for (const { id, data } of changed) {
      if (id !== undefined) this.#store.put({ id, type: "tree", data });
    }
  }

  /**
   * What stands at each segment of a path. Where nothing does, `missing` gives the folder to go on
   * in; undefined ends the walk. For the last segment it is asked too, and its folder not used.
   */
  #walk(path: readonly string[], missing: (parent: Folder, name: string) => Folder | undefined) {
    const steps: Step[] = [];
    let folder = this.#root;
    for (const [index, name] of path.entries()) {
      const here = path.slice(0, index + 1);
      const found = this.#look(folder, name, here);
      const created = found === undefined ? missing(folder, name) : undefined;
      if (found === undefined && created === undefined) return undefined;
      if (index === path.length - 1) {
        steps.push({ folder, name, entry: found && { ...found, ...requireFile(found, here) } });
        break;
      }
      if (found !== undefined) requireFolder(found, here);
      const child = folder.children.get(name) ?? created ?? this.#open(found?.id);
      if (found !== undefined) folder.children.set(name, child);
      steps.push({ folder, name, entry: found, child });
      folder = child;
    }
    return steps;
  }

  #look(folder: Folder, name: string, path: readonly string[]): FoundEntry | undefined {
    if (folder.looked.has(name)) return folder.looked.get(name);
    try {
      const found = findEntry(folder.data, name, this.#format);
      folder.looked.set(name, found);
      return found;
    } catch (error) {
      // The bytes are what somebody pushed: whose pointers are elsewhere has no part in it.
      if (!isErrorCode(error, "GitProtocol")) throw error;
      const what = `"${path.join("/")}": ${error.message}`;
      const hint = "Repair the folder in the repository: git fsck says what is wrong with it.";
      throw new ForgeError("PointerPathInvalid", what, { cause: error, hint, retry: "backoff" });
    }
  }

  #open(id: string | undefined): Folder {
    const data = id === undefined ? new Uint8Array() : this.#store.treeData(id);
    if (id !== undefined) this.#known.add(id);
    return { data, id, original: id, chain: 0, children: new Map(), looked: new Map() };
  }

  #apply(folder: Folder, name: string, splice: Splice): PackedObject[] {
    const { data: before, id: base } = folder;
    const object = gitObject("tree", applySplice(before, splice), this.#format);
    folder.data = object.data;
    folder.id = object.id;
    // What takes another's place byte for byte moves no other entry.
    if (splice.end - splice.start === splice.inserted.length) folder.looked.delete(name);
    else folder.looked.clear();
    if (this.#known.has(object.id)) return [];
    this.#known.add(object.id);
    const mayDelta = base !== undefined && before.length >= minDeltaBase;
    folder.chain = mayDelta && folder.chain < maxChain ? folder.chain + 1 : 0;
    if (folder.chain === 0 || base === undefined) return [object];
    return [{ id: object.id, base, delta: spliceDelta(before.length, splice) }];
  }
}

interface Step {
  readonly folder: Folder;
  readonly name: string;
  readonly entry: FoundEntry | undefined;
  readonly child?: Folder;
}

/**
 * Where names are compared without case or by their composed form (macOS, Windows), a checkout
 * would put both into one file, and one project's pointer would stand for another's.
 */
function refuseTwin(
  data: Uint8Array,
  name: string,
  format: ObjectFormat,
  path: readonly string[],
): void {
  const folded = fold(name);
  const twin = entryNames(data, format).find((other) => fold(other) === folded);
  if (twin === undefined) return;
  const what = `"${path.join("/")}": beside "${name}" stands "${twin}", the same name to some file systems`;
  throw new ForgeError("PointerPathInvalid", what);
}

function fold(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
