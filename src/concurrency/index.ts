/** How much is done at once. */
export { ConcurrencyLimit, type Overload } from "./concurrency-limit.ts";
