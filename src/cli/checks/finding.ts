export interface Finding {
  readonly check: string;
  /** Undefined: a thing to know, neither good nor bad. */
  readonly ok?: boolean;
  readonly message: string;
  /** The objects that it is about, as namespace/name. */
  readonly objects?: readonly string[];
}
