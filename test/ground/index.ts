export { type ArgoCD, type ArgoCDOptions, argoCDNamespace, startArgoCD } from "./argocd.ts";
export { argoCDRepository, installArgoCD } from "./argocd-cluster.ts";
export { type Plugin, startPlugin } from "./argocd-plugin.ts";
export { type ManifestQuery, RepoServerClient } from "./argocd-repo-server.ts";
export { type Cluster, type ClusterMaker, type ClusterOptions, chosenMaker } from "./cluster.ts";
export { type CommandResult, Kubectl, output, run } from "./command.ts";
export { type ControlPlane, startControlPlane } from "./control-plane.ts";
export { type Controller, startController } from "./controller.ts";
export { type Fate, type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
export { fluxNamespace, installFlux, startKustomizeController } from "./flux.ts";
export { Forge } from "./forge.ts";
export { freePort } from "./free-port.ts";
export { type Front, type Proxy, startProxy, startSlowLink, startTlsFront } from "./git-front.ts";
export { commitFiles, createBareRepository, git } from "./git-repository.ts";
export { type GitServer, startGitServer } from "./git-server.ts";
export { type HoldingProxy, startHoldingProxy } from "./holding-proxy.ts";
export { installKinds } from "./install-kinds.ts";
export { createKind, deleteKind, type Kind, lacksForKind } from "./kind.ts";
export { tokenOf, writeKubeconfig } from "./kubeconfig.ts";
export { type KubeletLogs, startKubeletLogs } from "./kubelet-logs.ts";
export { type OidcIssuer, startOidcIssuer } from "./oidc-issuer.ts";
export { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from "./otlp-receiver.ts";
export { refusesLies, waitForPolicies } from "./policies-in-force.ts";
export { forwardedPort } from "./port-forward.ts";
export { type Postgres, startPostgres } from "./postgres.ts";
export {
  isAlive,
  leaveRunning,
  processesOf,
  type RunningProcess,
  startProcess,
  stopByPid,
} from "./process.ts";
export { programPath } from "./program-path.ts";
export { hasProgram } from "./programs.ts";
export {
  createCertificate,
  type Registry,
  type RegistryOptions,
  startRegistry,
  type TestCertificate,
} from "./registry.ts";
export { type Server, type ServerOptions, startServer } from "./server.ts";
export { type SourceController, startSourceController } from "./source-controller.ts";
export { startCluster } from "./start-cluster.ts";
export { Terminal } from "./terminal.ts";
export { startTokenServer, type TokenServer } from "./token-server.ts";
