/** A small controller runtime: knows Kubernetes, and nothing of what is reconciled. */
export {
  type Condition,
  type ConditionUpdate,
  type Readiness,
  removeCondition,
  setCondition,
  setReadiness,
} from "./conditions.ts";
export { EventRecorder, type EventRecorderOptions, type EventText } from "./events.ts";
export { Fence, LeadershipLost } from "./fence.ts";
export { type Check, HealthServer, type HealthServerOptions } from "./health-server.ts";
export { AttemptJournal, type AttemptJournalOptions } from "./journal/attempt-journal.ts";
export {
  LeaderElection,
  type LeaderElectionOptions,
  type Leadership,
} from "./leader-election.ts";
export { Loop, type LoopOptions, type OutcomeLabel } from "./loop.ts";
export { Manager, type ManagerOptions, type Service } from "./manager.ts";
export { ControllerMetrics } from "./metrics.ts";
export type { Outcome, ReconcileContext, Reconciler } from "./reconciler.ts";
export { askedPriority, backgroundPriority, enqueueChanges, isMoreThanStatus } from "./source.ts";
export { timestamp } from "./timestamp.ts";
export { type AddOptions, WorkQueue, type WorkQueueOptions } from "./work-queue.ts";
