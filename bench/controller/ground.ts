import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { Connection, KubeClient } from "../../controller/kube/index.ts";
import {
  type Controller,
  commitFiles,
  installKinds,
  Kubectl,
  startController,
  startControlPlane,
  startGitServer,
  startRegistry,
} from "../../test/ground/index.ts";
import { AuditLog } from "./audit-log.ts";

/** The controller's user, whose requests are counted. */
const user = "forge-controller";
export const namespace = "bench";
export const environments = ["dev", "staging", "production"] as const;

/** A cluster, a registry and a git server of their own, with three Environments in them. */
export interface Ground extends AsyncDisposable {
  readonly kubectl: Kubectl;
  readonly client: KubeClient;
  readonly kubeconfig: string;
  readonly audit: AuditLog;
  /** `<host>/<path>` below which releases' images are. */
  readonly images: string;
  /** The bare GitOps repository. */
  readonly gitOps: string;
  startController(program: string): Promise<Controller>;
}

export async function startGround(folder: string, etcdQuotaBytes: number): Promise<Ground> {
  mkdirSync(folder, { recursive: true });
  const audit = new AuditLog(folder, user);
  await using parts = new AsyncDisposableStack();
  const plane = await startControlPlane({
    folder: join(folder, "control-plane"),
    users: { [user]: ["system:masters"] },
    etcdQuotaBytes,
    apiServerArgs: audit.apiServerArgs,
  });
  parts.defer(() => plane.stop());
  const registry = await startRegistry(join(folder, "registry"));
  parts.defer(() => registry.process.stop());
  const git = await startGitServer(join(folder, "git"));
  parts.defer(() => git.process.stop());

  const kubectl = new Kubectl(plane.kubeconfig);
  await installKinds(kubectl);
  await kubectl.output(["create", "namespace", namespace]);
  const url = await git.createRepository("gitops");
  const gitOps = join(git.root, "gitops.git");
  await commitFiles(gitOps, "main", "First", { "README.md": "pointers\n" });
  await kubectl.apply(namespace, ...environments.map((name) => environment(name, url)));

  const config = new KubeConfig();
  config.loadFromFile(plane.kubeconfig);
  const connection = new Connection(config, { userAgent: "forge-bench" });
  parts.defer(() => connection.close());
  const images = `${registry.host}/releases`;
  const held = parts.move();
  return {
    kubectl,
    client: new KubeClient(connection),
    kubeconfig: plane.kubeconfig,
    audit,
    images,
    gitOps,
    startController: (program) =>
      startController({
        kubeconfig: plane.kubeconfigFor(user),
        registry: images,
        logFile: join(folder, "controller.log"),
        program,
        args: ["--log-level=info"],
      }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function environment(name: string, url: string): object {
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "Environment",
    metadata: { name },
    spec: { gitOps: { url } },
  };
}
