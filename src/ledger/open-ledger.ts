import { migrate } from "./migrations/migrate.ts";
import type { Ledger, LedgerOptions } from "./ports.ts";
import { openPostgres } from "./store/postgres.ts";
import { openSqlite } from "./store/sqlite.ts";
import type { Store } from "./store/store.ts";
import { StoredLedger } from "./stored-ledger.ts";

const usualTimeoutMs = 10_000;
const usualPollMs = 1_000;
/** An index of a large table takes longer than any statement of a request may. */
const migrationMs = 15 * 60_000;
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
  const store = await ("sqlite" in options
    ? migrated(openSqlite(options.sqlite, Math.min(lockWaitMs, timeoutMs)), now)
    : migratedPostgres(options.postgres, { timeoutMs, log, now }));
  return new StoredLedger(store, { now, pollMs });
}

async function migrated(store: Store, now: () => number): Promise<Store> {
  try {
    await migrate(store, now);
    return store;
  } catch (error) {
    await store.db.destroy().catch(() => undefined);
    throw store.explain(error);
  }
}

async function migratedPostgres(
  url: string,
  {
    timeoutMs,
    log,
    now,
  }: Pick<Required<LedgerOptions>, "log" | "timeoutMs"> & { readonly now: () => number },
): Promise<Store> {
  const migrating = await migrated(openPostgres(url, timeoutMs, log, migrationMs), now);
  await migrating.db.destroy();
  return openPostgres(url, timeoutMs, log);
}
