import type { ErrorKind } from "./error-kind.ts";

/** The ledger and its entries. */
export const ledgerErrors = {
  LedgerUnavailable: {
    retry: "backoff",
    hint: "Check the ledger's disk, or that PostgreSQL runs, can be reached and takes the credentials.",
  },
  LedgerLocked: {
    retry: "backoff",
    hint: "Stop the other process: a file has one. Several replicas need PostgreSQL.",
  },
  LedgerTooNew: {
    retry: "never",
    hint: "Run the forge that wrote it, or a later one.",
  },
  LedgerDamaged: {
    retry: "never",
    hint: "Restore the file from a backup, or move it away: forge-server fills a new one from the cluster.",
  },
  LedgerUnproven: {
    retry: "never",
    hint: "Verify against a head that was kept later, or against an export from before the retention.",
  },
  LedgerEntryInvalid: {
    retry: "never",
    hint: "This is a fault of what records it: make the named field smaller, or well-formed.",
  },
  ExportIncomplete: {
    retry: "backoff",
    hint: "Go on behind the last whole line, with --after and its sequence.",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;
