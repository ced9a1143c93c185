import type { ErrorKind } from "./error-kind.ts";

/** Git repositories, of sources and of pointers. */
export const gitErrors = {
  CommitNotFound: {
    retry: "never",
    hint: "Push the commit to the source repository, then create the release again.",
  },
  GitUnreachable: {
    retry: "backoff",
    hint: "Check the url, and that the controller may reach the git server.",
  },
  GitUnauthorized: {
    retry: "backoff",
    hint: "Check the credentials in the Secret that secretRef names.",
  },
  GitProtocol: {
    retry: "backoff",
    hint: "Check that the url is that of a git repository on a smart HTTP server.",
  },
  GitRejected: {
    retry: "backoff",
    hint: "Check branch protection and hooks of the GitOps repository.",
  },
  GitBranchNotFound: {
    retry: "backoff",
    hint: "Create the branch in the repository, or correct the Environment's gitOps.branch.",
  },
  InsecureTransport: {
    retry: "never",
    hint: "Use https; plain http is for loopback addresses and hosts configured as insecure.",
  },
  PointerFileInvalid: {
    retry: "backoff",
    hint: "Repair the pointer file in the GitOps repository by hand; forge does not overwrite it.",
  },
  PointerPathInvalid: {
    retry: "never",
    hint: "Correct the Environment's gitOps.path template.",
  },
  DeploymentOutdated: {
    retry: "backoff",
    hint: "Another controller deployed here since; forge looks at what stands there and goes on.",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;
