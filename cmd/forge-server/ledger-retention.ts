import { type Clock, type Random, sleep } from "../../controller/kube/index.ts";
import type { Ledger } from "../../src/ledger/index.ts";
import type { Logger } from "../../src/telemetry/index.ts";

export const dayMs = 86_400_000;

/** A look costs one short read; the first comes late enough not to meet the start of others. */
const firstLookMs = 60_000;
const lookMs = 3_600_000;

export interface RetentionParts {
  readonly ledger: Pick<Ledger, "read" | "prune">;
  readonly retentionMs: number;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Removes what is older than the retention, until the signal aborts. A day goes at a time, once all
 * of it is old enough: each removal reads the whole chain first, and leaves an entry that signs it
 * off. Replicas look at different moments, and what one has removed the next finds gone.
 */
export async function keepRetention(parts: RetentionParts, signal: AbortSignal): Promise<void> {
  const { log, clock, random } = parts;
  for (let waitMs = firstLookMs; ; waitMs = lookMs) {
    await sleep(clock, waitMs * (0.5 + random()), signal);
    if (signal.aborted) return;
    try {
      await removeOld(parts, signal);
    } catch (error) {
      // A chain that is damaged is not pruned: it is told each time until somebody looks.
      if (!signal.aborted) log.error({ error }, "ledger not pruned");
    }
  }
}

/** One look. */
export async function removeOld(
  { ledger, retentionMs, log, clock }: RetentionParts,
  signal: AbortSignal,
): Promise<void> {
  const end = clock.now() - retentionMs;
  const before = new Date(end - (end % dayMs)).toISOString();
  const { items } = await ledger.read({ order: "oldest", limit: 1 }, signal);
  const [oldest] = items;
  if (oldest === undefined || oldest.recordedAt >= before) return;
  const reason = `the retention is ${retentionMs / dayMs} days`;
  const pruned = await ledger.prune({ before, by: "forge-server", reason }, signal);
  log.info({ ...pruned, before }, "ledger pruned");
}
