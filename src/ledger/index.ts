export { openLedger } from "./open-ledger.ts";
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
