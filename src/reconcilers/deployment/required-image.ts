import { ForgeError, type Release } from "../../api/index.ts";
import { repositoryOf } from "../image-name.ts";
import type { ReconcilerDeps } from "../ports.ts";

const withinMs = 5_000;

/**
 * That the registry still has what is about to be deployed. A registry that does not answer is no
 * reason to hold up a rollback: agents may hold the image already.
 * @throws ForgeError ImageNotFound
 */
export async function requireImage(
  { images, log }: Pick<ReconcilerDeps, "images" | "log">,
  { metadata, status }: Release,
  signal: AbortSignal,
): Promise<void> {
  if (status?.image === undefined) return;
  const reference = `${repositoryOf(status.image.ref)}@${status.image.digest}`;
  const within = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
  try {
    if (await images.has(reference, within)) return;
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ release: metadata.name, error }, "registry not asked for an image to deploy");
    return;
  }
  throw new ForgeError("ImageNotFound", `${reference} is not in the registry any more`);
}
