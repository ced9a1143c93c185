import { argoCDNamespace } from "../../../test/ground/index.ts";
import type { Ground } from "../ground.ts";
import { namespace, repository } from "../objects.ts";
import type { Recording } from "../recording.ts";

/** Argo CD brings two deployments into the cluster: one is healthy, one cannot be compared. */
export async function delivery(recording: Recording, { gitOpsUrl }: Ground): Promise<void> {
  const application = (environment: string, plugin: string): object => ({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: environment },
    spec: {
      project: "default",
      source: {
        repoURL: gitOpsUrl,
        targetRevision: "main",
        path: `${environment}/apps/${repository}/web`,
        plugin: { name: plugin },
      },
      destination: { server: "https://kubernetes.default.svc", namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
  });
  const applications = [application("eu", "forge-v1"), application("rested", "no-plugin")];
  await recording.kubectl.apply(argoCDNamespace, ...applications);
  await recording.delivered("eu-web", "Healthy");
  await recording.delivered("rested-web", "Unknown");
}
