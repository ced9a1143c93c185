import { isDeepStrictEqual } from "node:util";
import { isAlreadyExists, isConflict } from "../../controller/kube/index.ts";
import { ForgeError, pointerName, type ReleasePointer } from "../api/index.ts";
import { findPointer, type Place } from "./place.ts";
import type { Store, WriteOptions } from "./ports.ts";

type Spec = ReleasePointer["spec"];

/**
 * Changes what a pointer asks for, over what the caller saw. Where somebody wrote meanwhile it is
 * read once more, and changed only if it still asks for the same: status may have moved, nobody's
 * wish is overwritten.
 * @throws ForgeError PointerChanged
 */
export async function changePointer(
  store: Store,
  place: Place,
  change: (spec: Spec | undefined) => Spec,
  options: WriteOptions,
): Promise<ReleasePointer> {
  const { pointer: seen } = place;
  if (seen === undefined) return createPointer(store, place, change(undefined), options);
  const spec = change(seen.spec);
  try {
    return await store.replace("ReleasePointer", { ...seen, spec }, options);
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
  const now = await findPointer(store, place.environment, place);
  if (now === undefined || !isDeepStrictEqual(now.spec, seen.spec)) throw changed(place, now);
  return store.replace("ReleasePointer", { ...now, spec }, options);
}

async function createPointer(
  store: Store,
  place: Place,
  spec: Spec,
  options: WriteOptions,
): Promise<ReleasePointer> {
  const name = pointerName(place.environment, place.repository, place.project);
  try {
    return await store.create({ kind: "ReleasePointer", metadata: { name }, spec }, options);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    throw changed(place, await findPointer(store, place.environment, place));
  }
}

function changed({ environment, project }: Place, now: ReleasePointer | undefined): ForgeError {
  const by = now?.spec.request?.by ?? "somebody";
  const says =
    now === undefined ? "it was deleted" : `it asks for release ${now.spec.release}, by ${by}`;
  return new ForgeError(
    "PointerChanged",
    `the pointer of ${project} in ${environment} was changed meanwhile: ${says}`,
  );
}
