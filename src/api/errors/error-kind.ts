/** What the runtime does after an error: nothing, try again with growing delays, or wait this long. */
export type Retry = "never" | "backoff" | { readonly afterMs: number };

export interface ErrorKind {
  readonly retry: Retry;
  /** What a person does next, when the place that throws knows nothing better. */
  readonly hint: string;
}
