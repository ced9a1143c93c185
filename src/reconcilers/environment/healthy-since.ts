import { timestamp } from "../../../controller/index.ts";
import type { PointerDelivery } from "../../api/index.ts";

/**
 * Says since when a deployment is healthy: from now on, or as it was said before of the same one.
 * Any other word in between begins it anew: that is what an uninterrupted soak rests on.
 */
export function withHealthySince(
  told: PointerDelivery,
  before: PointerDelivery | undefined,
  now: Date,
): PointerDelivery {
  if (told.sync !== "Synced" || told.health !== "Healthy") return told;
  const known = before?.deployment === told.deployment ? before.healthySince : undefined;
  return { ...told, healthySince: known ?? timestamp(now) };
}
