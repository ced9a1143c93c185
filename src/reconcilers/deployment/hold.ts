import type { ReleasePointer } from "../../api/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { resources } from "../resources.ts";

const reasonLimit = 1_024;

/**
 * A rollback holds its pointer, so that the next automatic deployment does not undo it; a person's
 * later Deploy or Promote ends that hold, and no other. Written to the spec before the deployment
 * is begun, over the version that was read. Returns the pointer as it is then.
 */
export async function settleHold(
  deps: Pick<ReconcilerDeps, "client" | "ownUser">,
  pointer: ReleasePointer,
  signal: AbortSignal,
): Promise<ReleasePointer> {
  const { hold, request, ...spec } = pointer.spec;
  if (request?.automatic === true) return pointer;
  const own = await deps.ownUser(signal);
  const said = request && { request };
  if (request?.type === "Rollback") {
    if (hold !== undefined) return pointer;
    const asked = `Rolled back by ${request.by ?? "somebody"}`;
    const reason = request.reason === undefined ? asked : `${asked}: ${request.reason}`;
    const held = { by: own, reason: reason.slice(0, reasonLimit) };
    return replaceSpec(deps, pointer, { ...spec, ...said, hold: held }, signal);
  }
  if (hold?.by !== own) return pointer;
  return replaceSpec(deps, pointer, { ...spec, ...said }, signal);
}

/** Over the version that was read. */
export async function replaceSpec(
  { client }: Pick<ReconcilerDeps, "client">,
  pointer: ReleasePointer,
  spec: ReleasePointer["spec"],
  signal: AbortSignal,
): Promise<ReleasePointer> {
  return client.replace(resources.pointers, { ...pointer, spec }, { signal });
}
