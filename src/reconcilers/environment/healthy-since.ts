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

/**
 * The report on a pointer whose agents fell silent, as when its Application was deleted: health that
 * was reported once and is unknown now is not health. undefined where nothing was ever reported.
 */
export function withoutReport({
  before,
  deployment,
}: {
  readonly before: PointerDelivery | undefined;
  readonly deployment: string;
}): PointerDelivery | undefined {
  if (before === undefined) return undefined;
  return {
    deployment,
    application: before.application,
    sync: "Unknown",
    health: "Unknown",
    message: "Neither Argo CD nor Flux reports on this pointer any more.",
  };
}
