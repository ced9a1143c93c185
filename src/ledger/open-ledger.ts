import { migrate } from "./migrations/migrate.ts";
import type { Ledger, LedgerOptions } from "./ports.ts";
import { openPostgres } from "./store/postgres.ts";
import { openSqlite } from "./store/sqlite.ts";
import { StoredLedger } from "./stored-ledger.ts";

const usualTimeoutMs = 10_000;
const usualPollMs = 1_000;
/** A process that is being replaced needs a moment to end. */
const lockWaitMs = 2_000;

const silent = { info: () => undefined, warn: () => undefined };

/**
 * Opens the ledger and brings its schema up to date. forge-server alone does so.
 *
 * @throws ForgeError LedgerLocked, LedgerTooNew, LedgerDamaged, LedgerUnavailable, UsageInvalid
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const {
    log = silent,
    timeoutMs = usualTimeoutMs,
    pollMs = usualPollMs,
    now = Date.now,
  } = options;
  const store =
    "sqlite" in options
      ? openSqlite(options.sqlite, Math.min(lockWaitMs, timeoutMs))
      : openPostgres(options.postgres, timeoutMs, log);
  try {
    await migrate(store, now);
  } catch (error) {
    await store.db.destroy().catch(() => undefined);
    throw store.explain(error);
  }
  return new StoredLedger(store, { now, pollMs });
}
