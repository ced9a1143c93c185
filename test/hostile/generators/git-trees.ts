import { below, mutated, type Random } from "../random.ts";
import {
  commitOf,
  fileMode,
  folderMode,
  type GeneratedEntry,
  type GeneratedObject,
  gitObject,
  treeOf,
} from "./git-object.ts";
import type { Shapes } from "./shape.ts";

/** A repository on a git server: every object, and the commit that is asked for. */
export interface GeneratedRepository {
  readonly head: string;
  readonly objects: readonly GeneratedObject[];
}

const readme = gitObject("blob", "Nothing to deploy.\n");
const manifest = gitObject("blob", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n");
const folder = (name: string, id: string): GeneratedEntry => ({ mode: folderMode, name, id });
const file = (name: string | Buffer, id = readme.id): GeneratedEntry => ({
  ...{ mode: fileMode, name, id },
});

/**
 * Levels of trees, each of which holds the one below under every name. No file is a manifest, so
 * that only a bound of what is visited ends a walk.
 */
export function nestedTrees(levels: number, names: readonly string[]): GeneratedObject[] {
  const trees = [treeOf(names.map((name) => file(name)))];
  for (let level = 1; level < levels; level++) {
    const below = trees.at(-1)?.id ?? "";
    trees.push(treeOf(names.map((name) => folder(name, below))));
  }
  return trees;
}

/** The last tree is the root. */
function repositoryOf(
  trees: readonly GeneratedObject[],
  others: readonly GeneratedObject[] = [readme],
  about: Parameters<typeof commitOf>[1] = {},
): GeneratedRepository {
  const commit = commitOf(trees.at(-1)?.id ?? "", about);
  return { head: commit.id, objects: [...others, ...trees, commit] };
}

const ofEntries = (entries: readonly GeneratedEntry[], others = [readme, manifest]) =>
  repositoryOf([treeOf(entries)], others);

const times = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_none, index) => item(index));

function tagChain(random: Random): GeneratedRepository {
  const tags = [manifest];
  for (let depth = 0; depth < 2_000 + below(random, 1_000); depth++) {
    const target = tags.at(-1);
    tags.push(
      gitObject("tag", `object ${target?.id}\ntype ${target?.type}\ntag t${depth}\n\nAgain\n`),
    );
  }
  return { head: tags.at(-1)?.id ?? "", objects: tags };
}

export const treeShapes: Shapes<GeneratedRepository> = {
  "2^40 paths in 41 objects": () => repositoryOf(nestedTrees(40, ["a", "b"])),
  "a hundred branches at each of twenty levels": () =>
    repositoryOf(
      nestedTrees(
        20,
        times(100, (index) => `n${index}`),
      ),
    ),
  "a chain of folders": (random) => repositoryOf(nestedTrees(5_000 + below(random, 500), ["a"])),
  "a wide folder": (random) => ofEntries(times(60_000, (index) => file(`f${index}-${random()}`))),
  "a folder of manifests": (random) =>
    ofEntries(times(5_000, (index) => file(`${below(random, 99)}-${index}.yaml`, manifest.id))),
  "long names": (random) =>
    repositoryOf(nestedTrees(90, ["x".repeat(5_000 + below(random, 5_000))])),
  "names that lead out": () =>
    ofEntries(
      ["..", ".", ".git", ".GIT", "git~1", "a\\b.yaml", "con.yaml", "a:b.yaml", "\u202efil.yaml"]
        .map((name) => file(name, manifest.id))
        .concat(["..", ".", ".git"].map((name) => folder(name, manifest.id))),
    ),
  "names that are not UTF-8": (random) =>
    ofEntries(
      times(50, (index) =>
        file(Buffer.from([0xff, 0x80 + below(random, 64), 0x61 + (index % 26), 0x2e, 0x79])),
      ),
    ),
  "one name a thousand times": () =>
    ofEntries(times(1_000, () => file("release.yaml", manifest.id))),
  "links, submodules and strange modes": () =>
    ofEntries(
      ["120000", "160000", "0", "777777", "100644 ", "40000x", "7".repeat(100_000)].map(
        (mode, index) => ({ mode, name: `e${index}.yaml`, id: manifest.id }),
      ),
    ),
  "a manifest of fifteen megabytes": (random) => {
    const large = gitObject("blob", `a: "${"x".repeat(15_000_000 + below(random, 99))}"\n`);
    return ofEntries([file("large.yaml", large.id)], [large]);
  },
  "a tree that is none": () => ({
    head: commitOf(readme.id).id,
    objects: [readme, commitOf(readme.id)],
  }),
  "objects that are missing": (random) =>
    ofEntries(times(100, () => folder(`m${random()}`, "1".repeat(40)))),
  "a tag of a tag, and so on": tagChain,
  "an author of brackets": (random) =>
    repositoryOf(nestedTrees(1, ["a"]), [readme], {
      author: `${"<".repeat(200_000 + below(random, 100_000))}${"> ".repeat(200_000)}`,
    }),
  "a message of a million lines": () =>
    repositoryOf(nestedTrees(1, ["a"]), [readme], {
      message: "Forge-Release: 1\n".repeat(400_000),
    }),
  "sixty thousand parents": () =>
    repositoryOf(nestedTrees(1, ["a"]), [readme], { parents: times(60_000, () => readme.id) }),
  "bytes that were changed": (random) => {
    const good = treeOf(times(20, (index) => file(`f${index}.yaml`, manifest.id)));
    const broken = gitObject("tree", mutated(random, good.data));
    return repositoryOf([broken], [readme, manifest]);
  },
};
