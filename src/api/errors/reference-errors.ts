import type { ErrorKind } from "./error-kind.ts";

/** What an object says or names. */
export const referenceErrors = {
  InvalidObject: {
    retry: "never",
    hint: "Correct the named field and apply the object again.",
  },
  InvalidReference: {
    retry: "never",
    hint: "Correct the image reference: <registry>/<repository>[:tag][@digest].",
  },
  ReleaseNotFound: {
    retry: "backoff",
    hint: "List what there is with: kubectl get releases.",
  },
  ReleaseNotReady: {
    retry: "backoff",
    hint: "Wait for it with: kubectl wait --for=condition=Ready release/<name>.",
  },
  AmbiguousRelease: {
    retry: "never",
    hint: "Use more digits of the commit, the number, or an alias.",
  },
  EnvironmentNotFound: {
    retry: "backoff",
    hint: "Create the Environment in the namespace of the pointer.",
  },
  SecretNotFound: {
    retry: "backoff",
    hint: "Create the Secret in the namespace of the object that names it.",
  },
  InvalidSecret: {
    retry: "backoff",
    hint: "The Secret needs the keys username and password, or token.",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;
