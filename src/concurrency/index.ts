/** How much is done at once. */
export { ConcurrencyLimit, type Overload } from "./concurrency-limit.ts";
export { FairLimit, type FairLimitOptions } from "./fair-limit.ts";
