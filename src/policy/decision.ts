import type { Environment, Release, ReleasePointer, Verdict } from "../api/index.ts";

/** All that a decision rests on. Later rules add what they need here. */
export interface PolicyInput {
  readonly environment: Pick<Environment, "metadata" | "spec">;
  readonly release: Pick<Release, "metadata" | "spec" | "status">;
  readonly pointer: Pick<ReleasePointer, "spec">;
}

/** One rule of an environment's policy: pure, without clock and I/O. */
export interface Rule {
  /** Name in decisions and docs, such as branches. */
  readonly name: string;
  readonly judge: (input: PolicyInput) => Omit<Verdict, "rule">;
}

/** Every rule with its verdict; allowed when all passed. */
export interface Decision {
  readonly allowed: boolean;
  readonly rules: Verdict[];
}

export function passed(reason: string, message: string): Omit<Verdict, "rule"> {
  return { passed: true, reason, message };
}

export function refused(reason: string, message: string): Omit<Verdict, "rule"> {
  return { passed: false, reason, message };
}
