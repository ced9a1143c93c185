/**
 * Triggers that make the table append-only for whoever writes plain SQL: no row is changed, none is
 * removed but those that retention has signed off (head.pruned_through), and the head only grows.
 * They are a guard rail and not a lock: the owner of the database can drop them, and then the chain
 * tells (see verify).
 */
const sqliteTrigger = (name: string, event: string, when: string, message: string): string =>
  `create trigger ${name} before ${event} ${when} begin select raise(abort, '${message}'); end`;

const says = {
  changed: "the ledger is append-only: an entry is never changed",
  removed: "the ledger is append-only: only retention removes entries",
  head: "the head of the ledger only grows",
} as const;

const grows = "new.sequence >= old.sequence and new.pruned_through >= old.pruned_through";

export const sqliteAppendOnly: readonly string[] = [
  sqliteTrigger("ledger_entry_update", "update on ledger_entry", "", says.changed),
  sqliteTrigger(
    "ledger_entry_delete",
    "delete on ledger_entry",
    "when old.sequence > (select pruned_through from ledger_head)",
    says.removed,
  ),
  sqliteTrigger("ledger_head_update", "update on ledger_head", `when not (${grows})`, says.head),
  sqliteTrigger("ledger_head_delete", "delete on ledger_head", "", says.head),
];

const postgresTrigger = (table: string, event: string, body: string): readonly string[] => [
  `create function ${table}_${event}() returns trigger language plpgsql as $$ begin ${body} end $$`,
  `create trigger ${table}_${event} before ${event} on ${table} ` +
    `for each ${event === "truncate" ? "statement" : "row"} execute function ${table}_${event}()`,
];

const raise = (message: string): string => `raise exception '${message}';`;

export const postgresAppendOnly: readonly string[] = [
  ...postgresTrigger("ledger_entry", "update", raise(says.changed)),
  ...postgresTrigger(
    "ledger_entry",
    "delete",
    `if old.sequence > (select pruned_through from ledger_head) then ${raise(says.removed)} end if; return old;`,
  ),
  ...postgresTrigger("ledger_entry", "truncate", raise(says.removed)),
  ...postgresTrigger(
    "ledger_head",
    "update",
    `if not (${grows}) then ${raise(says.head)} end if; return new;`,
  ),
  ...postgresTrigger("ledger_head", "delete", raise(says.head)),
  ...postgresTrigger("ledger_head", "truncate", raise(says.head)),
];
