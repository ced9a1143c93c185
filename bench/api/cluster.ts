import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { Connection, KubeClient, type KubeObject } from "../../controller/kube/index.ts";
import { deploymentName, pointerName, projectName, releaseName } from "../../src/api/index.ts";
import { type KindName, kindNamed } from "../../src/requests/index.ts";
import { type ControlPlane, Kubectl, startControlPlane } from "../../test/ground/index.ts";
import { inParallel } from "../in-parallel.ts";

export const namespace = "bench";
export const repository = "company/monorepo";
export const environments = ["dev", "test", "qa", "staging", "canary", "production"] as const;
/** The project whose lists are long. */
export const busyProject = "project-0000";

export interface Sizes {
  readonly projects: number;
  /** Releases of each project. */
  readonly releases: number;
  /** Releases, and deployments in one environment, of the busy project. */
  readonly history: number;
}

export interface Cluster extends AsyncDisposable {
  readonly plane: ControlPlane;
  readonly kubectl: Kubectl;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const time = "2026-11-01T00:00:00Z";
const creationsAtOnce = 16;

/** An API server with forge's kinds, and everything in it as a controller would have left it. */
export async function startCluster(
  folder: string,
  sizes: Sizes,
  progress: (text: string) => void,
): Promise<Cluster> {
  await using parts = new AsyncDisposableStack();
  const users = { reader: ["system:masters"], "forge-server": ["system:masters"] };
  const plane = await startControlPlane({ folder, users });
  parts.defer(() => plane.stop());
  const kubectl = new Kubectl(plane.kubeconfig);
  const crds = join(import.meta.dirname, "..", "..", "crds");
  const kinds = globSync("forge.dev_*.yaml", { cwd: crds }).flatMap((file) => [
    "-f",
    join(crds, file),
  ]);
  await kubectl.output(["apply", ...kinds]);
  await kubectl.output(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
  // Without the subresource an object is written whole, in one request.
  const patch = JSON.stringify([{ op: "remove", path: "/spec/versions/0/subresources" }]);
  for (const kind of ["releases", "releasepointers", "releasedeployments"]) {
    await kubectl.output(["patch", "crd", `${kind}.forge.dev`, "--type=json", "-p", patch]);
  }
  await kubectl.output(["create", "namespace", namespace]);
  const config = new KubeConfig();
  config.loadFromFile(plane.kubeconfig);
  const connection = new Connection(config, { userAgent: "forge-bench" });
  const client = new KubeClient(connection);
  const objects = [...objectsOf(sizes)];
  progress(`creating ${objects.length} objects`);
  let done = 0;
  await inParallel(objects, creationsAtOnce, async (object) => {
    await client.create(kindNamed(object.kind as KindName), object, { timeoutMs: 120_000 });
    done += 1;
    if (done % 5_000 === 0) progress(`${done} objects`);
  });
  await connection.close();
  const held = parts.move();
  return { plane, kubectl, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

function* objectsOf({ projects, releases, history }: Sizes): Generator<KubeObject> {
  for (const [order, name] of environments.entries()) {
    yield object("Environment", name, {
      order,
      gitOps: { url: "https://git.example.com/gitops.git" },
    });
  }
  for (let index = 0; index < projects; index++) {
    const project = `project-${String(index).padStart(4, "0")}`;
    yield object("Project", projectName(repository, project), { repository, name: project });
    const isBusy = project === busyProject;
    for (let number = 1; number <= (isBusy ? history : releases); number++) {
      yield releaseOf(project, number);
    }
    for (const environment of environments) {
      const deployments = isBusy && environment === "production" ? history : 1;
      yield pointerOf(environment, project, deployments);
      for (let sequence = 1; sequence <= deployments; sequence++) {
        yield deploymentOf(environment, project, sequence, sequence === deployments);
      }
    }
  }
}

function object(kind: string, name: string, spec: object, status?: object): KubeObject {
  const made = {
    apiVersion: "forge.dev/v1alpha1",
    kind,
    metadata: { name, namespace },
    spec,
    ...(status !== undefined && { status }),
  };
  return made;
}

function identityOf(project: string, number: number) {
  return {
    commit: sha256(`${project} ${number}`).slice(0, 40),
    number,
    version: `1.${number}.0`,
    digest: `sha256:${sha256(`image ${project} ${number}`)}`,
  };
}

function ready(reason: string, message: string) {
  return [{ type: "Ready", status: "True", reason, message, lastTransitionTime: time }];
}

function releaseOf(project: string, number: number): KubeObject {
  const { commit, version, digest } = identityOf(project, number);
  const trigger = { type: "BranchPush", branch: "main", actor: "pipeline@company.com" };
  const ref = `registry.example.com/releases/${repository}/${project}:${commit}`;
  return object(
    "Release",
    releaseName(repository, project, commit),
    {
      ...{ repository, project, commit, version, trigger },
      source: { git: { url: "https://git.example.com/monorepo.git", path: project } },
    },
    {
      number,
      triggers: [trigger],
      aliases: [{ type: "Branch", value: `main-${number}` }],
      image: { ref, digest, size: 4_096, resourcesDigest: digest, metadataDigest: digest },
      resources: { ConfigMap: 1, Deployment: 1, Service: 1 },
      conditions: ready("Packaged", `Release ${number} is ${ref}.`),
    },
  );
}

const decision = {
  allowed: true,
  rules: ["lock", "hold", "order", "triggers", "branches", "tags", "approvals", "freezes"].map(
    (rule) => ({ rule, passed: true, reason: "Allowed", message: `The rule ${rule} lets it in.` }),
  ),
};

function pointerOf(environment: string, project: string, sequence: number): KubeObject {
  const identity = identityOf(project, 1);
  const deployment = deploymentName(environment, repository, project, sequence);
  const path = `${environment}/apps/${repository}/${project}/release.yaml`;
  const commit = sha256(deployment).slice(0, 40);
  return object(
    "ReleasePointer",
    pointerName(environment, repository, project),
    {
      ...{ environment, repository, project, release: "1" },
      request: { type: "Deploy", by: "alice@company.com", reason: "Weekly" },
    },
    {
      resolved: { identifier: "1", name: "release", ...identity },
      git: { commit, path, deployment },
      deployed: identity,
      decision,
      conditions: ready("Committed", `Release 1 is in ${environment} by commit ${commit}.`),
    },
  );
}

function deploymentOf(
  environment: string,
  project: string,
  sequence: number,
  isLast: boolean,
): KubeObject {
  const name = deploymentName(environment, repository, project, sequence);
  return object(
    "ReleaseDeployment",
    name,
    {
      ...{ environment, repository, project, sequence, decision },
      pointer: pointerName(environment, repository, project),
      release: identityOf(project, 1),
      request: { type: "Deploy", by: "alice@company.com", reason: "Weekly" },
    },
    {
      outcome: isLast ? "Active" : "Superseded",
      git: { commit: sha256(name).slice(0, 40), path: `${environment}/release.yaml` },
      committedAt: time,
      ...(!isLast && { endedAt: time }),
    },
  );
}
