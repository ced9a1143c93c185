/** What the runtime does after an error: nothing, try again with growing delays, or wait this long. */
export type Retry = "never" | "backoff" | { readonly afterMs: number };

interface ErrorKind {
  readonly retry: Retry;
  /** What a person does next, when the place that throws knows nothing better. */
  readonly hint: string;
}

/** Every error forge raises, in one table; docs/errors.md is generated from it. */
export const errorKinds = {
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
  RegistryUnreachable: {
    retry: "backoff",
    hint: "Check the registry's address, and that the controller may reach it.",
  },
  RegistryUnauthorized: {
    retry: "backoff",
    hint: "Check the registry credentials of the controller.",
  },
  RegistryRefused: {
    retry: "backoff",
    hint: "Read the registry's answer in the message; its log says more.",
  },
  ImageNotFound: {
    retry: "backoff",
    hint: "Check that the image was pushed and not deleted.",
  },
  ImageInvalid: {
    retry: "never",
    hint: "The image was not written by forge, or was changed; do not deploy it.",
  },
  ImageTaken: {
    retry: "never",
    hint: "The tag of this commit holds something else; delete it, or release another commit.",
  },
  ImageChanged: {
    retry: "never",
    hint: "Restore the registry from its backup, or release another commit: what was deployed by digest cannot be made again.",
  },
  ImageNotSigned: {
    retry: "never",
    hint: "Sign the release image with a key of the plugin's --signature-key, then refresh.",
  },
  ImageNotAllowed: {
    retry: "never",
    hint: "Correct spec.image of the pointer file, or add the registry to the plugin's --registry.",
  },
  EnvironmentFileInvalid: {
    retry: "never",
    hint: "Correct env.yaml: one EnvironmentConfig of apiextensions.crossplane.io.",
  },
  ApplicationInvalid: {
    retry: "never",
    hint: "Correct the Application: its path must be the folder of one pointer file.",
  },
  PluginOverloaded: {
    retry: "backoff",
    hint: "Raise the plugin's --concurrency and its CPU, or lower Argo CD's status processors.",
  },
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
  LedgerUnavailable: {
    retry: "backoff",
    hint: "Check the ledger's disk, or that PostgreSQL runs, can be reached and takes the credentials.",
  },
  LedgerLocked: {
    retry: "backoff",
    hint: "Stop the other process: a file has one. Several replicas need PostgreSQL.",
  },
  LedgerTooNew: {
    retry: "never",
    hint: "Run the forge that wrote it, or a later one.",
  },
  LedgerDamaged: {
    retry: "never",
    hint: "Restore the file from a backup, or move it away: forge-server fills a new one from the cluster.",
  },
  LedgerEntryInvalid: {
    retry: "never",
    hint: "This is a fault of what records it: make the named field smaller, or well-formed.",
  },
  RequestInvalid: {
    retry: "never",
    hint: "Correct the named fields; /openapi.json says what the route takes.",
  },
  RequestTooLarge: {
    retry: "never",
    hint: "Send less: render from a git source instead of inline manifests.",
  },
  MediaTypeUnsupported: {
    retry: "never",
    hint: "Send JSON, with the header content-type: application/json.",
  },
  RouteNotFound: {
    retry: "never",
    hint: "Look at the routes that there are, at /docs.",
  },
  PageNotFound: {
    retry: "never",
    hint: "Begin again without a cursor, and change no other parameter on the way.",
  },
  MethodNotAllowed: {
    retry: "never",
    hint: "Use one of the methods that the header allow names.",
  },
  AmbiguousPath: {
    retry: "never",
    hint: "Write the repository with its slashes encoded as %2F.",
  },
  NamespaceRequired: {
    retry: "never",
    hint: "Say the namespace: it cannot be told from the name alone.",
  },
  DeploymentNotFound: {
    retry: "never",
    hint: "List what there is with GET /v1/deployments/{environment}/{repository}/{project}.",
  },
  Unauthenticated: {
    retry: "never",
    hint: "Send a token that the cluster's API server accepts: authorization: Bearer <token>.",
  },
  AccessDenied: {
    retry: "never",
    hint: "Ask for the right; docs/api.md lists what each route needs.",
  },
  PreconditionFailed: {
    retry: "never",
    hint: "Read it again, and decide anew with the ETag that it has now.",
  },
  IdempotencyKeyReused: {
    retry: "never",
    hint: "Use a key of its own for each request that is not a repetition.",
  },
  IdempotencyKeyInUse: {
    retry: { afterMs: 1_000 },
    hint: "The first request of this key is still being answered: repeat this one then.",
  },
  RateLimited: {
    retry: { afterMs: 1_000 },
    hint: "Ask less often; the header retry-after says when again.",
  },
  ServerBusy: {
    retry: { afterMs: 1_000 },
    hint: "Ask again later; more replicas of forge-server take more at once.",
  },
  ServerNotReady: {
    retry: { afterMs: 2_000 },
    hint: "The server has just started, or lost the cluster; /readyz says what is missing.",
  },
  ClusterUnreachable: {
    retry: "backoff",
    hint: "Ask again later; forge-server cannot reach the cluster's API server.",
  },
  Timeout: {
    retry: "backoff",
    hint: "Check the other side's load and the network between.",
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;
