export type {
  Entry,
  EntryKind,
  Fact,
  Filter,
  Ledger,
  LedgerOptions,
  Page,
  PageRequest,
  RecordedDeployment,
  Verification,
} from "./ports.ts";
