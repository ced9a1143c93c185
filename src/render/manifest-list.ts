import { ForgeError, isRecord } from "../api/index.ts";
import { type ExpansionBudget, plainTree, yamlLimits } from "../yaml/index.ts";
import { groupOf, type Manifest } from "./manifest.ts";
import { identityOf } from "./object-identity.ts";

export type ParsedManifest = Omit<Manifest, "yaml">;

/** The objects of one rendering as they are found: each once, all of them within the limits. */
export class ManifestList {
  readonly #budget: ExpansionBudget = { left: yamlLimits.expandedSize };
  readonly #places = new Map<string, string>();
  readonly #manifests: ParsedManifest[] = [];

  get manifests(): readonly ParsedManifest[] {
    return this.#manifests;
  }

  /**
   * Adds an object, or the items of a list kind.
   * @param place where it stands in the source, for people
   * @throws ForgeError InvalidManifest, with the place and the field
   */
  add(value: unknown, place: string): void {
    for (const found of objectsIn(plainTree(value, place, this.#budget), place)) {
      const manifest = { ...identityOf(found.object, found.place), object: found.object };
      this.#refuseSecond(manifest, found.place);
      this.#manifests.push(manifest);
    }
  }

  #refuseSecond({ apiVersion, kind, name, namespace }: ParsedManifest, place: string): void {
    const key = [groupOf(apiVersion), kind, namespace ?? "", name].join("/");
    const first = this.#places.get(key);
    if (first !== undefined) {
      const object = `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
      throw new ForgeError(
        "InvalidManifest",
        `${object} is there twice: in ${first}, and in ${place}`,
      );
    }
    this.#places.set(key, place);
  }
}

interface Found {
  readonly object: Record<string, unknown>;
  readonly place: string;
}

/** The object itself, or the items of a v1 List or any other list kind, as kubectl takes them apart. */
function objectsIn(value: unknown, place: string): Found[] {
  if (!isRecord(value)) {
    throw new ForgeError("InvalidManifest", `${place}: not an object with apiVersion and kind`);
  }
  const { kind, items } = value;
  const isList = typeof kind === "string" && kind.endsWith("List");
  if (isList && Array.isArray(items)) {
    return items.flatMap((item, index) => objectsIn(item, `${place}, item ${index + 1}`));
  }
  if (isList && (kind === "List" || "items" in value)) {
    throw new ForgeError("InvalidManifest", `${place}: items of a ${kind} must be a list`);
  }
  if ("items" in value) {
    // kubectl and Argo CD would apply the items, which nothing here has judged.
    const what = "has a field items, and so is a list to Kubernetes; its kind must end in List";
    throw new ForgeError("InvalidManifest", `${place}: ${what}`);
  }
  return [{ object: value, place }];
}
