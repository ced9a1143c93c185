import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Controller, type HoldingProxy, startHoldingProxy } from "../../ground/index.ts";
import { kubeconfigVia } from "../ground/kubeconfig-via.ts";
import { Workspace } from "../ground/workspace.ts";

export interface Proxies {
  readonly api: HoldingProxy;
  readonly registry: HoldingProxy;
  readonly git: HoldingProxy;
}

/** A request that a server has carried out: method, path and body. */
export interface Step {
  readonly proxy: keyof Proxies;
  readonly wanted: RegExp;
}

let proxies: Proxies;
let kubeconfig: string;

/** Puts a proxy that can hold an answer back before each server: once a file of tests. */
export async function startProxies(): Promise<Proxies> {
  const { ground } = new Workspace("crash");
  const certificate = join(ground.folder, "control-plane", "certificates", "apiserver.crt");
  proxies = {
    api: await startHoldingProxy(ground.apiServer, readFileSync(certificate, "utf8")),
    registry: await startHoldingProxy(`http://${ground.registry}`),
    git: await startHoldingProxy(ground.gitUrl),
  };
  kubeconfig = kubeconfigVia(ground.controllerKubeconfig, proxies.api.url);
  return proxies;
}

export async function stopProxies(): Promise<void> {
  for (const proxy of Object.values(proxies)) await proxy.stop();
}

/** A workspace whose controller goes through the proxies, and is killed. */
export class Scene {
  readonly workspace: Workspace;
  controller: Controller | undefined;
  readonly #args: readonly string[];

  /** @param args of the controller, beside its usual ones */
  constructor(name: string, args: (workspace: Workspace) => readonly string[] = () => []) {
    this.workspace = new Workspace(name);
    this.#args = args(this.workspace);
  }

  get gitOpsUrl(): string {
    return `${proxies.git.url}/${this.workspace.namespace}.git`;
  }

  async start(): Promise<void> {
    this.controller = await this.workspace.controller({
      kubeconfig,
      registry: proxies.registry.host,
      args: this.#args,
    });
  }

  /**
   * Kills the controller when a server has done what is `wanted` of it, and holds its answer back;
   * then starts it again. What `act` asks for is what leads there.
   */
  async killedAfter(step: Step, act: () => Promise<void>): Promise<void> {
    const { namespace } = this.workspace;
    const held = proxies[step.proxy].holdNext(
      ({ method, path, body }) =>
        path.includes(namespace) && step.wanted.test(`${method} ${path} ${body}`),
    );
    await act();
    await held;
    await this.kill();
    await this.start();
  }

  async kill(): Promise<void> {
    this.controller?.process.kill("SIGKILL");
    await this.controller?.process.exited;
    for (const proxy of Object.values(proxies)) proxy.drop();
  }

  /** Everything that a deployment leaves behind, without what differs by name and time. */
  async end(): Promise<unknown> {
    const { workspace } = this;
    const release = await workspace.waitFor("Ready", "release", "first");
    const pointer = await workspace.waitFor("Ready", "releasepointer", "dev-auth");
    const name = await workspace.kubectl.output([
      ...["-n", workspace.namespace, "get", "projects", "-o", "name"],
    ]);
    const project = await workspace.get("project", name.trim().split("/")[1] ?? "");
    const log = await workspace.git("log", "--format=%B", "main");
    await workspace.git("fsck", "--strict");
    const records = JSON.parse(
      await workspace.kubectl.output([
        ...["-n", workspace.namespace, "get", "releasedeployments", "-o", "json"],
      ]),
    ) as { items: { spec: { decision: { allowed: boolean } }; status: object }[] };
    const tags = await workspace.crane(
      "ls",
      `${proxies.registry.host}/releases/${workspace.repository}/auth`,
    );
    const plain = (value: unknown) =>
      JSON.parse(
        JSON.stringify(value)
          .replaceAll(workspace.namespace, "NAMESPACE")
          .replaceAll(/(dev-auth-)[0-9a-f]{8}/g, "$1HASH")
          .replaceAll(/sha256:[0-9a-f]{64}/g, "DIGEST")
          .replaceAll(/"commit":"[0-9a-f]{40}"/g, '"commit":"COMMIT"')
          .replaceAll(/[0-9a-f]{40}/g, "COMMIT")
          .replaceAll(/\d{4}-\d\d-\d\dT[0-9:.]+Z/g, "TIME")
          .replaceAll(/"uid":"[^"]+"/g, '"uid":"UID"')
          // The names of namespaces, some longer, stand in the image.
          .replaceAll(/"size":[0-9]+/g, '"size":0')
          // An image that was there already is adopted: the one difference that may be seen.
          .replaceAll('"Adopted"', '"Pushed"'),
      ) as unknown;
    return plain({
      release: release.status,
      pointer: pointer.status,
      project: project.status,
      hold: pointer.spec["hold"],
      records: records.items.map(({ spec: { decision, ...spec }, status }) => ({
        ...spec,
        ...status,
        // Asked again after the kill, a rule may speak of the hold that is there by now.
        allowed: decision.allowed,
      })),
      log: log.trim().split("\n"),
      tags: tags.trim().split("\n"),
    });
  }
}

/** One release, and a pointer to it. */
export async function deployRelease(scene: Scene): Promise<void> {
  const { workspace } = scene;
  await workspace.apply(
    workspace.environment("dev", {}, { url: scene.gitOpsUrl }),
    workspace.release("first", "abc"),
    workspace.pointer("dev", "1"),
  );
}
