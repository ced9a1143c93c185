import type { Ledger } from "../../../src/ledger/index.ts";

/** Appends facts, however many, and answers how many were new. */
export type Append = (facts: Parameters<Ledger["append"]>[0]) => Promise<number>;

/** A project and the tenant that it is of. */
export interface ProjectPlace {
  readonly namespace: string;
  readonly repository: string;
  readonly project: string;
  /** Of its own Project, where that names one. */
  readonly registry?: string | undefined;
}
