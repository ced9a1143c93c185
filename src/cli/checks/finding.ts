export interface Finding {
  readonly check: string;
  /** Undefined: a thing to know, neither good nor bad. */
  readonly ok?: boolean;
  readonly message: string;
}
