export { type LoggedDeployment, loggedDeploymentFacts } from "./facts/deployment-facts.ts";
export type { RecordedObject } from "./facts/facts-of.ts";
export { imageFacts, type ReleaseImage } from "./facts/image-facts.ts";
export { openLedger } from "./open-ledger.ts";
export type {
  Entry,
  EntryKind,
  Fact,
  Filter,
  Ledger,
  LedgerHealth,
  LedgerOptions,
  Page,
  PageRequest,
  RecordedDeployment,
  Verification,
} from "./ports.ts";
export { Recorder, type RecorderDeps } from "./recorder.ts";
