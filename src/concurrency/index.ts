/** How much is done at once, and in one piece. */
export { ConcurrencyLimit, type Overload } from "./concurrency-limit.ts";
export { FairLimit, type FairLimitOptions } from "./fair-limit.ts";
export { atOnce, inSlices, type Sliced } from "./sliced.ts";
export { VisitBudget, VisitCount, type VisitLimits } from "./visit-budget.ts";
