/** How the program ends, for scripts: the one table that `forge help exit-codes` shows. */
import type { ErrorCode } from "../api/index.ts";

export const exitCodes = {
  done: { code: 0, means: "Done." },
  failed: { code: 1, means: "An error that none of the others names." },
  usage: { code: 2, means: "The command line is wrong, or a name in it stands for several." },
  unauthorized: { code: 4, means: "The API server does not know you, or does not let you." },
  refused: { code: 5, means: "A rule of the environment refuses, and waiting does not help." },
  notFound: { code: 6, means: "What was named is not there." },
  conflict: { code: 7, means: "Somebody else changed it meanwhile, or asked for something else." },
  pending: {
    code: 8,
    means: "Asked for, and not there yet: it waits for approval or time, or --timeout was over.",
  },
  interrupted: { code: 130, means: "Ended by Ctrl-C; what was asked for stays asked for." },
} as const satisfies Record<string, { readonly code: number; readonly means: string }>;

export type Ending = keyof typeof exitCodes;

const endings: Partial<Record<ErrorCode, Ending>> = {
  UsageInvalid: "usage",
  RequestInvalid: "usage",
  AccessDenied: "unauthorized",
  InvalidObject: "usage",
  AmbiguousProject: "usage",
  AmbiguousRelease: "usage",
  DeploymentRefused: "refused",
  RollbackTargetNotFound: "notFound",
  ProjectNotFound: "notFound",
  PointerNotFound: "notFound",
  ReleaseNotFound: "notFound",
  EnvironmentNotFound: "notFound",
  ApprovalNotFound: "notFound",
  PointerChanged: "conflict",
  ReleaseConflict: "conflict",
  DeploymentPending: "pending",
  ReleaseNotReady: "pending",
};

const reasons: Readonly<Record<string, Ending>> = {
  Unauthorized: "unauthorized",
  Forbidden: "unauthorized",
  NotFound: "notFound",
  Conflict: "conflict",
  AlreadyExists: "conflict",
  Invalid: "usage",
};

/**
 * By the code of a ForgeError or the reason of a KubeError: both are told by their fields, so that
 * asking loads neither.
 */
export function endingOf(thrown: unknown): Ending {
  if (!(thrown instanceof Error)) return "failed";
  const { code, reason } = thrown as { readonly code?: ErrorCode; readonly reason?: string };
  if (thrown.name === "ForgeError" && code !== undefined) return endings[code] ?? "failed";
  if (thrown.name === "KubeError" && reason !== undefined) return reasons[reason] ?? "failed";
  return thrown.name === "AbortError" ? "interrupted" : "failed";
}

export function exitCodesText(): string {
  const lines = Object.values(exitCodes).map(
    ({ code, means }) => `${String(code).padStart(5)}  ${means}`,
  );
  return `Exit codes:\n\n${lines.join("\n")}\n`;
}
