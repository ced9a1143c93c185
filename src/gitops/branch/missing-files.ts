import { ForgeError } from "../../api/index.ts";
import { pointerFolder } from "../pointer/pointer-path.ts";
import type { PointerFormat, PointerLocation } from "../ports.ts";
import type { BranchHead } from "./branch-head.ts";
import { rootOf } from "./build-commits.ts";
import { findFile } from "./find-file.ts";

/** Pointer files at the head that its store does not hold, so that one request brings them all. */
export function missingFiles(
  head: BranchHead,
  locations: readonly PointerLocation[],
  { fileName }: PointerFormat,
): string[] {
  return locations.flatMap(({ pointer, pathTemplate }) => {
    try {
      const segments = [...pointerFolder(pointer, pathTemplate), fileName];
      const blob = findFile(head.store, rootOf(head), segments);
      return blob === undefined || head.store.has(blob) ? [] : [blob];
    } catch (error) {
      // What is wrong with the path of one is for its own turn to say.
      if (error instanceof ForgeError) return [];
      throw error;
    }
  });
}
