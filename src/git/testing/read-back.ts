import { atOnce } from "../../concurrency/index.ts";
import type { GitObject, ObjectFormat } from "../objects/git-object.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { defaultPackLimits } from "../objects/pack-budget.ts";
import { readPack as readInSlices } from "../objects/pack-reader.ts";
import { type PackedObject, writePack } from "../objects/pack-writer.ts";

/** What a reader makes of the pack of these objects; bases outside it come from the store. */
export function readBack(
  objects: readonly PackedObject[],
  bases: ObjectStore,
  format: ObjectFormat,
): GitObject[] {
  return readPack(writePack(objects, format), defaultPackLimits, (id) => bases.get(id), format);
}

/** A whole pack, read without a pause. */
export function readPack(...args: Parameters<typeof readInSlices>): GitObject[] {
  return atOnce(readInSlices(...args));
}
