import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Cluster, type ControlPlane, Kubectl, startControlPlane } from "../../ground/index.ts";
import { startKindCluster } from "../../ground/kind-cluster.ts";

/** kind and the engine are doubles: a control plane of this machine stands in for the cluster. */
describe("a cluster of kind", () => {
  const folder = mkdtempSync(join(tmpdir(), "forge-kind-cluster-"));
  const file = (name: string) => join(folder, name);
  let plane: ControlPlane;
  let cluster: Cluster;

  const double = (name: string, script: string): void => {
    writeFileSync(file(name), `#!/bin/sh\necho "${name} $*" >> ${file("log")}\n${script}\n`);
    chmodSync(file(name), 0o755);
  };

  beforeAll(async () => {
    plane = await startControlPlane({ folder: file("control-plane") });
    copyFileSync(plane.kubeconfig, file("given"));
    const network = [{ IPAM: { Config: [{ Subnet: "127.0.0.0/8", Gateway: "127.0.0.1" }] } }];
    double("kind", `case "$*" in "create cluster"*) cp ${file("given")} "$6" ;; esac`);
    double(
      "docker",
      `case "$1" in
        network) echo '${JSON.stringify(network)}' ;;
        exec) cat > ${file("hosts.toml")} ;;
      esac`,
    );
    vi.stubEnv("PATH", `${folder}:${process.env["PATH"]}`);
    cluster = await startKindCluster({ folder: file("cluster"), users: ["alice"] });
  });

  afterAll(async () => {
    await cluster.stop();
    await plane.stop();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  test("is entered by its administrator with the token of a ServiceAccount", async () => {
    const kubectl = new Kubectl(cluster.kubeconfig);
    expect(
      await kubectl.output(["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"]),
    ).toBe("system:serviceaccount:kube-system:forge-administrator");
    expect((await kubectl.output(["auth", "can-i", "*", "*", "-A"])).trim()).toBe("yes");
  });

  test("is entered by its users, who may do nothing yet", async () => {
    const alice = new Kubectl(cluster.kubeconfigFor("alice"));
    const who = await alice.output(["auth", "whoami", "-o", "jsonpath={.status.userInfo}"]);
    expect(JSON.parse(who)).toMatchObject({ username: "alice", groups: ["system:authenticated"] });
    expect((await alice.run(["get", "pods"])).stderr).toContain('User "alice" cannot list');
    expect(() => cluster.kubeconfigFor("mallory")).toThrow("no user mallory");
  });

  test("pulls from a registry that runs here, and is told that it speaks plain http", () => {
    expect(cluster.registry.host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(readFileSync(file("hosts.toml"), "utf8")).toContain(`http://${cluster.registry.host}`);
  });

  test("keeps its kubeconfigs in a folder of its own", () => {
    expect(existsSync(file("cluster/kubeconfig"))).toBe(true);
    expect(cluster.kubeconfig.startsWith(folder)).toBe(true);
  });

  test("is deleted when it is stopped", async () => {
    await cluster.stop();
    const commands = readFileSync(file("log"), "utf8").trim().split("\n");
    expect(commands.at(-1)).toMatch(/^kind delete cluster --name forge-e2e/);
    await expect(fetch(`http://${cluster.registry.host}/v2/`)).rejects.toThrow("fetch failed");
  });
});
