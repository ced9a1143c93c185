/** A linter of others, or rules of theirs, over something that the project publishes. */
export interface Linter {
  readonly name: string;
  /** Names a program that the linter needs and this machine lacks, and how to get it. */
  readonly missing: () => string | undefined;
  /** Answers what it found; empty: nothing. */
  readonly run: () => Promise<string>;
}

/** Something that a linter finds and that stays, with the reason. */
export interface Accepted {
  readonly what: string;
  readonly because: string;
}
