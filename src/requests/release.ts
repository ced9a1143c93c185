import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { isAlreadyExists } from "../../controller/kube/index.ts";
import { ForgeError, isTrue, type Release, releaseName } from "../api/index.ts";
import type { Store, WriteOptions } from "./ports.ts";

export interface CreatedRelease {
  readonly release: Release;
  /** False where the same was asked for before, by whomever. */
  readonly isNew: boolean;
}

/**
 * The same triplet with the same claim is the same Release, however often it is asked for. A second
 * trigger of the same commit is a Release of its own, which joins the first.
 * @throws ForgeError ReleaseConflict
 */
export async function createRelease(
  store: Store,
  spec: Release["spec"],
  options: WriteOptions,
): Promise<CreatedRelease> {
  const first = releaseName(spec.repository, spec.project, spec.commit);
  const hash = createHash("sha256")
    .update(JSON.stringify(claimOf(spec)))
    .digest("hex");
  for (const name of [first, `${first}-${hash.slice(0, 8)}`]) {
    try {
      const draft = { kind: "Release", metadata: { name }, spec } as const;
      return { release: await store.create(draft, options), isNew: true };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const there = await store.get("Release", name);
      if (isDeepStrictEqual(claimOf(there.spec), claimOf(spec))) {
        return { release: there, isNew: false };
      }
      // One that failed is replaced by another of its commit; one that stands is not.
      if (isTrue(there, "Ready") && !isDeepStrictEqual(contentOf(there.spec), contentOf(spec))) {
        throw conflict(name);
      }
    }
  }
  throw conflict(first);
}

function conflict(name: string): ForgeError {
  return new ForgeError("ReleaseConflict", `${name} is there already, and says something else`);
}

/** What is in the image. */
function contentOf({ source, artifacts }: Release["spec"]) {
  return JSON.parse(JSON.stringify({ source, artifacts })) as object;
}

/** What is released, but for who did it and when. */
function claimOf({ trigger: { actor: _, time: __, ...trigger }, ...spec }: Release["spec"]) {
  return JSON.parse(JSON.stringify({ ...spec, trigger })) as object;
}
