import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Controller, type HoldingProxy, startHoldingProxy } from "../ground/index.ts";
import { present, Workspace } from "./workspace.ts";

/**
 * The controller is killed with SIGKILL from outside at the worst moments: a server has done what
 * it was asked, and its answer is held back. What a controller started again makes of it must be
 * what an undisturbed one would have made.
 */

interface Proxies {
  readonly api: HoldingProxy;
  readonly registry: HoldingProxy;
  readonly git: HoldingProxy;
}

let proxies: Proxies;
let kubeconfig: string;

beforeAll(async () => {
  const { ground } = new Workspace("crash");
  const certificate = join(ground.folder, "control-plane", "certificates", "apiserver.crt");
  proxies = {
    api: await startHoldingProxy(ground.apiServer, readFileSync(certificate, "utf8")),
    registry: await startHoldingProxy(`http://${ground.registry}`),
    git: await startHoldingProxy(ground.gitUrl),
  };
  kubeconfig = kubeconfigFor(ground.controllerKubeconfig, proxies.api.url);
});

afterAll(async () => {
  for (const proxy of Object.values(proxies)) await proxy.stop();
});

/** The kubeconfig with another address. */
function kubeconfigFor(original: string, server: string): string {
  const config = JSON.parse(readFileSync(original, "utf8")) as {
    clusters: { cluster: object }[];
  };
  const cluster = { server, "insecure-skip-tls-verify": true };
  const file = `${original}-by-proxy`;
  writeFileSync(
    file,
    JSON.stringify({ ...config, clusters: [{ ...config.clusters[0], cluster }] }),
    { mode: 0o600 },
  );
  return file;
}

class Scene {
  readonly workspace: Workspace;
  controller: Controller | undefined;

  constructor(name: string) {
    this.workspace = new Workspace(name);
  }

  get gitOpsUrl(): string {
    return `${proxies.git.url}/${this.workspace.namespace}.git`;
  }

  async start(): Promise<void> {
    this.controller = await this.workspace.controller({
      kubeconfig,
      registry: proxies.registry.host,
    });
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
          // An image that was there already is adopted: the one difference that may be seen.
          .replaceAll('"Adopted"', '"Pushed"'),
      ) as unknown;
    return plain({
      release: release.status,
      pointer: pointer.status,
      project: project.status,
      log: log.trim().split("\n"),
      tags: tags.trim().split("\n"),
    });
  }
}

async function deployRelease(scene: Scene): Promise<void> {
  const { workspace } = scene;
  await workspace.apply(
    workspace.environment("dev", {}, { url: scene.gitOpsUrl }),
    workspace.release("first", "abc"),
    workspace.pointer("dev", "1"),
  );
}

describe("the controller is killed, and started again", () => {
  let undisturbed: unknown;

  beforeAll(async () => {
    const scene = new Scene("crash");
    await scene.workspace.create();
    await scene.start();
    await deployRelease(scene);
    undisturbed = await scene.end();
    await scene.kill();
  });

  test("an undisturbed run ends with number 1, one image, one deployment and one commit", () => {
    expect(undisturbed).toMatchObject({
      release: { number: 1 },
      project: { lastRelease: { name: "first", number: 1 } },
      pointer: { deployment: { sequence: 1 }, deployed: { number: 1 } },
      tags: ["COMMIT"],
    });
  });

  test.each([
    {
      after: "its number was taken",
      proxy: "api",
      wanted: /^PATCH .*\/projects\/[^/]+\/status/,
    },
    {
      after: "its number was given to the release",
      proxy: "api",
      wanted: /^PATCH .*\/releases\/first\/status.*fieldManager=forge-numbering/,
    },
    { after: "a layer was pushed", proxy: "registry", wanted: /^PUT .*\/blobs\/uploads\// },
    { after: "the image was pushed", proxy: "registry", wanted: /^PUT .*\/manifests\// },
    {
      after: "the deployment was begun",
      proxy: "api",
      wanted: /^PATCH .*\/releasepointers\/dev-auth\/status[^]*"deployment":\{/,
    },
    { after: "the commit was pushed", proxy: "git", wanted: /^POST .*\/git-receive-pack/ },
    {
      after: "the commit was recorded",
      proxy: "api",
      wanted: /^PATCH .*\/releasepointers\/dev-auth\/status[^]*"git":\{/,
    },
  ] as const)("after $after: the end is the same", async ({ proxy, wanted }) => {
    const scene = new Scene("crash");
    await scene.workspace.create();
    await scene.start();
    const namespace = scene.workspace.namespace;
    const held = proxies[proxy].holdNext(
      ({ method, path, body }) =>
        path.includes(namespace) && wanted.test(`${method} ${path} ${body}`),
    );
    await deployRelease(scene);
    await held;
    await scene.kill();
    await scene.start();
    expect(await scene.end()).toEqual(undisturbed);
    await scene.kill();
  });

  test("what was pushed is recorded although the environment was locked meanwhile", async () => {
    const scene = new Scene("crash");
    const { workspace } = scene;
    await workspace.create();
    await scene.start();
    const held = proxies.git.holdNext(
      ({ method, path }) =>
        method === "POST" &&
        path.includes(workspace.namespace) &&
        path.endsWith("/git-receive-pack"),
    );
    await deployRelease(scene);
    await held;
    await scene.kill();
    const locked = workspace.environment("dev", {}, { url: scene.gitOpsUrl }) as {
      spec: Record<string, unknown>;
    };
    locked.spec["lock"] = { reason: "Incident 7" };
    await workspace.apply(locked, workspace.pointer("dev", "no-such-release"));
    await scene.start();
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "1");
    const { status } = await workspace.get("releasepointer", "dev-auth");
    expect(status.git?.commit).toBe((await workspace.git("rev-parse", "main")).trim());
    await scene.kill();
  });

  test("a controller that forgot its sequence does not overwrite a later deployment", async () => {
    const scene = new Scene("crash");
    const { workspace } = scene;
    await workspace.create();
    await scene.start();
    await deployRelease(scene);
    await workspace.waitFor("Ready", "releasepointer", "dev-auth");
    await workspace.apply(workspace.release("second", "def"));
    await workspace.waitFor("Ready", "release", "second");
    const old = await workspace.get("releasepointer", "dev-auth");
    await workspace.apply(workspace.pointer("dev", "2"));
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "2");
    await scene.kill();
    // As after a restore of etcd: the status of before the second deployment, and a third asked.
    const { deployment, git, deployed } = old.status as Record<string, unknown>;
    await workspace.apply(workspace.release("third", "fed"), workspace.pointer("dev", "3"));
    await workspace.kubectl.output([
      ...["-n", workspace.namespace, "patch", "releasepointer", "dev-auth", "--subresource=status"],
      ...["--type=merge", "-p", JSON.stringify({ status: { deployment, git, deployed } })],
    ]);
    await scene.start();
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "3");
    const pointer = await workspace.get("releasepointer", "dev-auth");
    expect(pointer.status.deployment?.sequence).toBe(3);
    const path = present(pointer.status.git).path;
    expect(await workspace.git("show", `main:${path}`)).toContain("fed".padEnd(40, "0"));
    await scene.kill();
  });
});
