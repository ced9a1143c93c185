import type { ReleasePointer, ReleasePointerStatus } from "../../api/index.ts";
import type { CurrentDeployment } from "../../gitops/index.ts";
import type { Logger, Span } from "../../telemetry/index.ts";
import type { OwnCondition } from "../status.ts";

/** What a look at a pointer has found out so far; reported whether it ends well or not. */
export interface PointerState {
  status: ReleasePointerStatus;
  conditions: OwnCondition[];
  /** The deployment whose commit this look found or made; until it is written, nobody knows. */
  recorded?: string;
  /** What the pointer file carried when this look asked Git. */
  inGit?: CurrentDeployment | undefined;
  readonly log: Logger;
  /** Begun once the pointer is about to move. */
  span: Span;
  /** What ended the look. */
  failure?: unknown;
  /** The pointer as it was read, or as this look wrote it last. */
  pointer: ReleasePointer;
}

/** The fields of a pointer's status that the controller owns, each of them: see writeStatus. */
export function ownedFields(status: ReleasePointerStatus): Record<string, unknown> {
  return {
    resolved: status.resolved,
    decision: status.decision,
    deployment: status.deployment,
    git: status.git,
    deployed: status.deployed,
    previous: status.previous,
  };
}

/** Owns everything of a pointer's status that delivery does not report. */
export const pointerFieldManager = "forge-controller";

/** What a write in the middle of a look leaves as it stands: only its end reports. */
export function said(status: ReleasePointerStatus | undefined) {
  return { observedGeneration: status?.observedGeneration, conditions: status?.conditions };
}
