import type { ErrorKind } from "./error-kind.ts";

/** The source of a release, and its rendering. */
export const releaseErrors = {
  InvalidManifest: {
    retry: "never",
    hint: "Correct the named file and document; kubectl apply --dry-run=client reads the same way.",
  },
  NoManifests: {
    retry: "never",
    hint: "A release needs at least one Kubernetes object; check the source's path.",
  },
  SourceNotAllowed: {
    retry: "backoff",
    hint: "Set spec.source of the Project: the url of the repository, and the secretRef for it.",
  },
  SourceTooLarge: {
    retry: "never",
    hint: "Make the source smaller, or split the project.",
  },
  SourceTooCostly: {
    retry: "never",
    hint: "Look for a recursion, or a disjunction that multiplies; then release another commit, or set the annotation forge.dev/retry.",
  },
  SourceInvalid: {
    retry: "never",
    hint: "Correct the named file and line; `cue export -e resources` in the project's folder says the same.",
  },
  SourceNotVerified: {
    retry: "never",
    hint: "Create the release again with the branch and the tag that its commit is on.",
  },
  RendererUnavailable: {
    retry: "backoff",
    hint: "Check that cue.wasm stands where the controller's --cue-module says.",
  },
  RenderingFailed: {
    retry: { afterMs: 60_000 },
    hint: "This is a fault of forge and not of the source; the controller's log says more.",
  },
  ExtensionFailed: {
    retry: { afterMs: 60_000 },
    hint: "Correct the extension that the controller's --extension names, and start it again.",
  },
  ArtifactMissing: {
    retry: "never",
    hint: "Name the artifact in spec.artifacts of the Release, or correct the reference to it.",
  },
  ArtifactNotPinned: {
    retry: "never",
    hint: "Give the artifact's digest in spec.artifacts, or let the Project allow it by artifacts.allowTags.",
  },
  ObjectNotAllowed: {
    retry: "never",
    hint: "Remove the object, or let the Project allow it by objects.clusterScoped or objects.namespaces.",
  },
  ReleaseDisabled: {
    retry: "never",
    hint: "Set spec.release.enabled of the Project, then the annotation forge.dev/retry of the Release.",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;
