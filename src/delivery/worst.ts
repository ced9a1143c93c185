import type { PointerDelivery } from "../api/index.ts";

/** Worst last. */
const healths = ["Healthy", "Suspended", "Progressing", "Missing", "Unknown", "Degraded"] as const;
const syncs = ["Synced", "Unknown", "OutOfSync"] as const;

export type DeliveryHealth = (typeof healths)[number];
export type DeliverySync = (typeof syncs)[number];

/** What an agent may add to its words some day counts as unknown. */
export function healthOf(word: string | undefined): DeliveryHealth {
  return healths.find((known) => known === word) ?? "Unknown";
}

export function syncOf(word: string | undefined): DeliverySync {
  return syncs.find((known) => known === word) ?? "Unknown";
}

/** The worst of several, as of a pointer in several clusters; of equals the first. */
export function worstOf(reports: readonly PointerDelivery[]): PointerDelivery | undefined {
  const [first, ...others] = reports;
  return others.reduce(
    (worst, one) => (worst !== undefined && rank(one) > rank(worst) ? one : worst),
    first,
  );
}

function rank({ sync, health }: PointerDelivery): number {
  return syncs.indexOf(syncOf(sync)) * healths.length + healths.indexOf(healthOf(health));
}
