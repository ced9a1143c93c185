import type { ErrorKind } from "./error-kind.ts";

/** What people ask for, by the command and the API alike. */
export const requestErrors = {
  UsageInvalid: {
    retry: "never",
    hint: "Look at what the command takes: forge help <command>.",
  },
  ProjectNotFound: {
    retry: "never",
    hint: "List the projects with: forge project list.",
  },
  AmbiguousProject: {
    retry: "never",
    hint: "Name the project with its repository: <repository>/<project>.",
  },
  PointerNotFound: {
    retry: "never",
    hint: "Nothing was asked for there yet: forge deploy <environment> <project> <release>.",
  },
  PointerChanged: {
    retry: "never",
    hint: "Look at what it says now with forge status, and ask again.",
  },
  ApprovalNotFound: {
    retry: "never",
    hint: "Name whose approval it is with --of <user>.",
  },
  RollbackTargetNotFound: {
    retry: "never",
    hint: "Look at what ran there with forge history, and name a release with --to.",
  },
  DeploymentRefused: {
    retry: "never",
    hint: "Ask rule by rule with: forge explain <environment> <project> <release>.",
  },
  DeploymentPending: {
    retry: "never",
    hint: "Wait longer with: forge wait <environment> <project>.",
  },
  DeploymentFailed: {
    retry: "never",
    hint: "Look at the pointer with: kubectl describe releasepointer <name>.",
  },
  ReleaseConflict: {
    retry: "never",
    hint: "The commit was released with other content; release another commit.",
  },
  ReleaseFailed: {
    retry: "never",
    hint: "Look at the release with: forge release show <project> <release>.",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;
