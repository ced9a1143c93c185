import { execFileSync } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type ArgoCD,
  type FaultProxy,
  type ManifestQuery,
  type Plugin,
  programPath,
  RepoServerClient,
  startArgoCD,
  startFaultProxy,
  startPlugin,
} from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";
import { PointerRepository, type PublishedRelease } from "./argocd-releases.ts";

/** Argo CD's repo-server and plugin server, as they are, before forge's plugin. */
describe("repo-server", () => {
  const workspace = new Workspace("argocd");
  let folder: string;
  let registry: FaultProxy;
  let pointers: PointerRepository;
  let argoCD: ArgoCD;
  let client: RepoServerClient;
  let plugin: Plugin;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "fa-"));
    await workspace.create();
    registry = await startFaultProxy(`http://${workspace.ground.registry}`);
    pointers = new PointerRepository(workspace, registry.host);
    argoCD = await startArgoCD({ folder });
    client = new RepoServerClient(argoCD.repoServer);
  });

  afterAll(async () => {
    client?.close();
    await plugin?.process.stop();
    await argoCD?.stop();
    await registry?.stop();
    await pointers?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    registry.judge = () => ({ type: "pass" });
    if (!plugin?.process.isRunning()) plugin = await start();
  });

  function start(...args: readonly string[]): Promise<Plugin> {
    return startPlugin({
      socket: join(argoCD.pluginFolder, "forge-v1.sock"),
      registry: pointers.prefix,
      logFile: join(workspace.ground.folder, `${workspace.namespace}-plugin.log`),
      args: [`--cache=${join(folder, "cache")}`, ...args],
    });
  }

  function query(project: string, revision: string, more: Partial<ManifestQuery> = {}) {
    return {
      application: project,
      repoUrl: workspace.gitOpsUrl,
      credentials: workspace.ground.gitCredentials,
      revision,
      path: pointers.folder(project),
      plugin: "forge-v1",
      ...more,
    };
  }

  async function pointTo(release: PublishedRelease): Promise<ManifestQuery> {
    return query(release.project, await pointers.point(release));
  }

  test("takes the manifests that a pointer stands for, stamped, and env.yaml", async () => {
    const release = await pointers.publish("auth", 1);
    const revision = await pointers.commit({
      [`${pointers.folder("auth")}/release.yaml`]: pointers.pointer(release),
      [`${pointers.folder("auth")}/env.yaml`]:
        "apiVersion: apiextensions.crossplane.io/v1beta1\nkind: EnvironmentConfig\nmetadata: {name: production}\ndata: {enabled: yes}\n",
    });
    const manifests = await client.manifests(query("auth", revision));
    const annotations = {
      "forge.dev/release": release.commit,
      "forge.dev/release-number": "1",
      "forge.dev/release-digest": release.digest,
      "forge.dev/environment": "production",
    };
    expect(manifests.map((text) => JSON.parse(text))).toMatchObject([
      { kind: "ConfigMap", metadata: { name: "auth-0", annotations }, data: { number: "1" } },
      { kind: "ConfigMap", metadata: { name: "auth-1", annotations } },
      { kind: "EnvironmentConfig", data: { enabled: true } },
    ]);
  });

  test("gets the same from its own plugin server, which runs `generate`", async () => {
    const asked = await pointTo(await pointers.publish("web", 1, 5));
    await argoCD.startPluginServer({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "ConfigManagementPlugin",
      metadata: { name: "forge-command" },
      spec: {
        version: "v1",
        generate: {
          command: [process.execPath, programPath("forge-argocd-plugin"), "generate"],
          args: [`--registry=${pointers.prefix}`, `--cache=${join(folder, "cache-of-command")}`],
        },
      },
    });
    await expect.poll(() => readdirSync(argoCD.pluginFolder)).toContain("forge-command-v1.sock");
    const bySocket = await client.manifests(asked);
    const byCommand = await client.manifests({ ...asked, plugin: "forge-command-v1" });
    expect(byCommand).toEqual(bySocket);
    expect(bySocket).toHaveLength(5);
  });

  test("reads the same image without a plugin, as an OCI source", async () => {
    const release = await pointers.publish("native", 1, 3);
    const manifests = await client.manifests({
      application: "native",
      repoUrl: `oci://${release.repository}`,
      revision: release.digest,
      path: ".",
    });
    expect(manifests.map((text) => JSON.parse(text).metadata.name).toSorted()).toEqual([
      "native-0",
      "native-1",
      "native-2",
    ]);
  });

  describe("shows what is wrong", () => {
    test("a digest that is gone", async () => {
      const release = await pointers.publish("gone", 1);
      const asked = await pointTo({ ...release, digest: `sha256:${"0".repeat(64)}` });
      await expect(client.manifests(asked)).rejects.toThrow(
        /forge: ImageNotFound: .* does not exist/,
      );
    });

    test("another project's image", async () => {
      const other = await pointers.publish("other", 1);
      const asked = await pointTo({ ...other, project: "mine" });
      await expect(client.manifests(asked)).rejects.toThrow(/forge: ImageNotAllowed: /);
    });

    test("another project's digest under the own name, though the cache has it", async () => {
      const other = await pointers.publish("other", 2);
      await client.manifests(await pointTo(other));
      const repository = other.repository.replace("other", "mine");
      const asked = await pointTo({ ...other, project: "mine", repository });
      await expect(client.manifests(asked)).rejects.toThrow(
        /forge: ImageInvalid: .*is a release of project other, not of mine/,
      );
    });

    test("a pointer in another environment's folder", async () => {
      const release = await pointers.publish("moved", 1);
      const path = pointers.folder("moved", "staging");
      const revision = await pointers.commit({
        [`${path}/release.yaml`]: pointers.pointer(release),
      });
      await expect(client.manifests(query("moved", revision, { path }))).rejects.toThrow(
        /forge: PointerFileInvalid: .*its path and what it says disagree/,
      );
    });

    test("a layer that was changed in the registry", async () => {
      const release = await pointers.publish("changed", 1);
      const path = `releases/${workspace.repository}/changed`;
      const { bytes } = await pointers.registry.getManifest(
        { host: workspace.ground.registry, path, digest: release.digest },
        AbortSignal.timeout(10_000),
      );
      const manifest = JSON.parse(Buffer.from(bytes).toString("utf8")) as {
        layers: { mediaType: string; digest: string }[];
      };
      const layer = manifest.layers.find(({ mediaType }) => mediaType.endsWith("tar+gzip"));
      const digest = layer?.digest.replace("sha256:", "") ?? "";
      const blob = join(
        ...[workspace.ground.folder, "registry/storage/docker/registry/v2/blobs/sha256"],
        ...[digest.slice(0, 2), digest, "data"],
      );
      const content = readFileSync(blob);
      writeFileSync(blob, content.toReversed());
      const asked = await pointTo(release);
      await expect(client.manifests(asked)).rejects.toThrow(/forge: ImageInvalid: /);
      writeFileSync(blob, content);
      expect(await client.manifests(asked)).toHaveLength(2);
    });

    test.each([
      {
        because: "a tar with a link",
        layer: () => {
          const inside = mkdtempSync(join(tmpdir(), "forge-hostile-"));
          symlinkSync("/etc/passwd", join(inside, "001-x.yaml"));
          return execFileSync("tar", ["-C", inside, "-cz", "001-x.yaml"]);
        },
      },
      { because: "a bomb", layer: () => gzipSync(Buffer.alloc(128 << 20)) },
      { because: "no tar", layer: () => gzipSync("nothing") },
    ])("$because", async ({ layer, because }) => {
      const project = because.replaceAll(" ", "-");
      const asked = await pointTo(await pointers.publishResources(project, 1, layer()));
      await expect(client.manifests(asked)).rejects.toThrow(/forge: ImageInvalid: /);
    });

    test("a manifest beside the pointer", async () => {
      const release = await pointers.publish("beside", 1);
      const revision = await pointers.commit({
        [`${pointers.folder("beside")}/release.yaml`]: pointers.pointer(release),
        [`${pointers.folder("beside")}/role.yaml`]: "kind: ClusterRoleBinding\n",
      });
      await expect(client.manifests(query("beside", revision))).rejects.toThrow(
        /forge: ApplicationInvalid: .*holds role\.yaml/,
      );
    });
  });

  describe("with a registry that fails", () => {
    test("what is known is answered without it, also after a restart", async () => {
      const asked = await pointTo(await pointers.publish("known", 1));
      const before = await client.manifests(asked);
      registry.judge = () => ({ type: "reset" });
      expect(await client.manifests(asked)).toEqual(before);
      await plugin.process.stop();
      plugin = await start();
      expect(await client.manifests(asked)).toEqual(before);
    });

    test("it is waited for within the deadline", async () => {
      const asked = await pointTo(await pointers.publish("blinks", 1));
      const back = Date.now() + 6_000;
      registry.judge = () =>
        Date.now() < back ? { type: "refuse", status: 503 } : { type: "pass" };
      expect(await client.manifests(asked)).toHaveLength(2);
    });

    test("a deadline that passes says that it could not be reached, and the next try works", async () => {
      const asked = await pointTo(await pointers.publish("down", 1));
      registry.judge = () => ({ type: "reset" });
      await expect(client.manifests(asked, 5_000)).rejects.toThrow(/forge: RegistryUnreachable: /);
      registry.judge = () => ({ type: "pass" });
      expect(await client.manifests(asked)).toHaveLength(2);
    });
  });

  describe("when the plugin goes", () => {
    test("killed in the middle of a request, the next one answers", async () => {
      const asked = await pointTo(await pointers.publish("killed", 1));
      const { held, letGo } = registry.holdNext(({ path }) => path.includes("/blobs/"));
      const asking = client.manifests(asked);
      asking.catch(() => undefined);
      await held;
      plugin.process.kill("SIGKILL");
      await plugin.process.exited;
      await expect(asking).rejects.toThrow(/error generating manifests in cmp/);
      void letGo();
      plugin = await start();
      expect(await client.manifests(asked)).toHaveLength(2);
    });

    test("replaced under load, no request fails", async () => {
      const release = await pointers.publish("upgraded", 1, 20);
      const asked = await pointTo(release);
      const stop = new AbortController();
      let answered = 0;
      const ask = async (): Promise<void> => {
        while (!stop.signal.aborted) {
          expect(await client.manifests(asked)).toHaveLength(20);
          answered += 1;
        }
      };
      const load = Promise.all([ask(), ask(), ask()]);
      await expect.poll(() => answered, { timeout: 20_000 }).toBeGreaterThan(3);
      const newer = await start();
      const replacedAt = answered;
      await plugin.process.stop();
      plugin = newer;
      await expect.poll(() => answered, { timeout: 20_000 }).toBeGreaterThan(replacedAt + 5);
      stop.abort();
      await load;
    });
  });

  test("two hundred applications at once, none of them known before", async () => {
    const projects = Array.from({ length: 200 }, (_none, index) => `many-${index}`);
    const releases = await Promise.all(projects.map((project) => pointers.publish(project, 7)));
    const revision = await pointers.point(...releases);
    await plugin.process.stop();
    plugin = await start();
    const answers = await Promise.all(
      projects.map((project) => client.manifests(query(project, revision))),
    );
    const named = answers.map((manifests) => JSON.parse(manifests[0] ?? "").metadata.name);
    expect(named).toEqual(projects.map((project) => `${project}-0`));
    const metrics = await (await fetch(`${plugin.url}/metrics`)).text();
    expect(metrics).toContain('forge_plugin_reads_total{origin="registry"} 200');
    expect(metrics).toContain('forge_plugin_requests_total{result="ok"} 200');
  });
});
