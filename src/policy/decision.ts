import type {
  Environment,
  Release,
  ReleaseApproval,
  ReleasePointer,
  ReleasePointerStatus,
  Verdict,
} from "../api/index.ts";

/** All that a decision rests on. Later rules add what they need here. */
export interface PolicyInput {
  readonly environment: Pick<Environment, "metadata" | "spec">;
  readonly release: Pick<Release, "metadata" | "spec" | "status">;
  readonly pointer: Pick<ReleasePointer, "spec" | "status">;
  /** Of the release's project: the rule looks for itself which of them count. */
  readonly approvals: readonly Pick<ReleaseApproval, "metadata" | "spec" | "status">[];
  /** What ran where, of this project, in this environment and those that it promotes from. */
  readonly runs: readonly Run[];
  readonly now: Date;
}

/** One stretch of time in which an environment ran an image. */
export interface Run {
  readonly environment: string;
  readonly digest: string;
  /** Number of the release. */
  readonly number: number;
  readonly from: Date;
  /** Absent while it runs. */
  readonly until?: Date;
  /** When a rollback replaced it; absent where none did. */
  readonly rolledBackAt?: Date;
  /**
   * The report of Argo CD or Flux, of a run that ended the last one; absent where neither ever
   * reported. healthySince is absent while it is not healthy.
   */
  readonly health?: { readonly healthySince?: Date };
}

/** An approval that a decision rests on. */
export interface CountedApproval {
  /** Name of the ReleaseApproval. */
  readonly name: string;
  readonly approver: string;
}

/** What a verdict rests on, besides its sentence. */
interface Evidence {
  readonly pattern?: string | undefined;
  readonly by?: string | undefined;
  /** When time alone may change the verdict, in milliseconds; absent or infinite: never. */
  readonly until?: number | undefined;
  readonly approvals?: readonly CountedApproval[] | undefined;
}

/** What a rule answers. */
export interface Judgement extends Pick<Verdict, "passed" | "reason" | "message"> {
  readonly evidence: Evidence;
}

/** One rule of an environment's policy: pure, without clock and I/O. */
export interface Rule {
  /** Name in decisions and docs, such as branches. */
  readonly name: string;
  readonly judge: (input: PolicyInput) => Judgement;
}

/** What a pointer's status and a deployment's record keep of a decision. */
export type DecisionStatus = NonNullable<ReleasePointerStatus["decision"]>;

/**
 * Every rule with its verdict; allowed when all passed. Between the time it was asked for and
 * `changesAt` the same question has the same answer, to the letter.
 */
export interface Decision extends DecisionStatus {
  /** The approvals that counted, one a person. */
  readonly approvals: readonly CountedApproval[];
}

const none: Evidence = {};

export function passed(reason: string, message: string, evidence = none): Judgement {
  return { passed: true, reason, message, evidence };
}

export function refused(reason: string, message: string, evidence = none): Judgement {
  return { passed: false, reason, message, evidence };
}
