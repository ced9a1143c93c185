import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { commitFiles, createBareRepository, waitForPolicies } from "../ground/index.ts";
import { conditionOf, present, Workspace } from "../system/ground/workspace.ts";
import type { Rendered } from "../system/install/chart.ts";
import { deploymentsIn, Installation, sample } from "./installation.ts";

const manifests = `apiVersion: apps/v1
kind: Deployment
metadata: {name: auth}
spec:
  selector: {matchLabels: {app: auth}}
  template:
    metadata: {labels: {app: auth}}
    spec: {containers: [{name: auth, image: "registry.example.com/auth:1"}]}
`;

/** The chart's default shape, from `helm install` to `helm uninstall`, in pods of a real node. */
describe("standalone on a node", () => {
  const forge = new Installation();
  const team = new Workspace("team");
  const { kubectl, namespace } = forge;
  const source = join(team.ground.gitRoot, `${team.namespace}-source.git`);

  beforeAll(async () => {
    await team.create();
    await forge.createNamespace();
    await kubectl.apply("default", volume(forge.node.volume));
    await forge.install({ controller: { secrets: { namespaces: [team.namespace] } } });
    await waitForPolicies(kubectl);
  });

  afterAll(async () => {
    await forge.uninstall();
  });

  test("a release of a repository is deployed by kubectl, and committed", async () => {
    await createBareRepository(source);
    const commit = await commitFiles(source, "main", "First", { "auth/deploy.yaml": manifests });
    const url = `${team.ground.gitUrl}/${team.namespace}-source.git`;
    const git = { url, secretRef: { name: "git-credentials" } };
    await team.apply(
      team.environment("production", { allowedBranches: ["main"], requireVerifiedSource: true }),
      team.project("auth", { source: git }),
    );
    await team.bind("alice", "forge-releaser", "forge-deployer", "forge-view");
    const alice = team.as("alice");
    await alice.apply(
      team.namespace,
      team.release("first", commit, { source: { git: { ...git, path: "auth" } } }),
      team.pointer("production", "1"),
    );
    const release = await team.waitFor("Ready", "release", "first");
    expect(release.status.number).toBe(1);
    expect(conditionOf(release, "SourceVerified")?.status).toBe("True");
    const pointer = await team.waitFor("Ready", "releasepointer", "production-auth");
    expect(pointer.spec["request"]).toMatchObject({ by: "alice" });
    expect(await deploymentsIn(team.gitOpsFolder)).toEqual([
      present(pointer.status.deployment).name,
    ]);
    expect(await team.manifests(release.status.image?.ref ?? "")).toContain("image: registry");
  });

  test("its pods tell Prometheus of it", async () => {
    const [controller] = await forge.pods("controller");
    const [server] = await forge.pods("server");
    const told = await forge.metrics(present(controller));
    expect(sample(told, "forge_releases_packaged_total", 'result="pushed"')).toBe(1);
    expect(sample(told, "forge_commits_pushed_total")).toBe(1);
    expect(sample(told, "forge_leader")).toBe(1);
    expect(await forge.metrics(present(server))).toContain("forge_server_requests_total");
  });

  test.each([
    { role: "controller", writable: [] },
    { role: "server", writable: ["/tmp", "/var/lib/forge"] },
  ] as const)("the $role is nobody, and writes to nothing but $writable", async (row) => {
    const [pod] = await forge.pods(row.role);
    const { writes, ...rest } = await forge.insideOf(present(pod));
    expect(rest).toEqual({
      uid: 65_532,
      gid: 65_532,
      capabilities: "0000000000000000",
      // Filtered: Documentation/userspace-api/seccomp_filter.rst.
      seccomp: "2",
      mayGainPrivileges: false,
    });
    const written = Object.entries(writes).filter(([, outcome]) => outcome === "written");
    expect(written.map(([folder]) => folder)).toEqual(row.writable);
  });

  test.each(["controller", "server"] as const)("a network policy selects the %s", async (role) => {
    const policy = await kubectl.get<Rendered>(namespace, "networkpolicy", `forge-${role}`);
    const { podSelector } = policy["spec"] as {
      podSelector: { matchLabels: Record<string, string> };
    };
    const labels = Object.entries(podSelector.matchLabels).map((pair) => pair.join("="));
    const select = ["get", "pods", "-o", "name", "-l", labels.join(",")];
    const selected = await kubectl.output(["-n", namespace, ...select]);
    const [pod] = await forge.pods(role);
    expect(selected.trim()).toBe(`pod/${pod?.metadata.name}`);
  });

  describe("while a server hangs", () => {
    interface Verified {
      readonly head: { readonly sequence: number; readonly hash: string };
      readonly damage?: unknown;
    }
    const verification = "/v1/audit/verification";
    let before: Verified;

    beforeAll(async () => {
      const [server] = await forge.pods("server");
      before = await forge.ask<Verified>(present(server), verification);
      await forge.signal(present(server), "SIGSTOP");
    });

    test("helm test makes a release and tries a deployment", async () => {
      const tested = await forge.helm("test", "forge", "--timeout=150s");
      expect(tested).toMatchObject({ code: 0, stderr: "" });
      expect(tested.stdout).toMatch(/Phase:\s+Succeeded/);
    });

    test("its probe has it started anew, on the ledger that it had", async () => {
      await vi.waitFor(
        async () => {
          const [server] = await forge.pods("server");
          expect(server?.status.containerStatuses[0]).toMatchObject({
            ready: true,
            restartCount: 1,
          });
        },
        { timeout: 150_000, interval: 1_000 },
      );
      const [server] = await forge.pods("server");
      const { sequence, hash } = before.head;
      expect(sequence).toBeGreaterThan(0);
      const path = `${verification}?anchor=${sequence}:${hash}`;
      const after = await forge.ask<Verified>(present(server), path);
      expect(after.damage).toBeUndefined();
      expect(after.head.sequence).toBeGreaterThan(sequence);
    });

    test("the controller goes on as if nothing were", async () => {
      const [controller] = await forge.pods("controller");
      expect(controller?.status.containerStatuses[0]).toMatchObject({
        ready: true,
        restartCount: 0,
      });
    });
  });

  test("uninstalled, it leaves kinds, objects and the ledger, and no pod", async () => {
    expect(await forge.uninstall()).toMatchObject({ code: 0 });
    const left = await team.get("releasepointer", "production-auth");
    expect(conditionOf(left, "Ready")?.status).toBe("True");
    expect(await kubectl.field(namespace, "pvc", "forge-server-ledger", ".status.phase")).toBe(
      "Bound",
    );
    await vi.waitFor(
      async () => {
        const pods = await kubectl.output(["-n", namespace, "get", "pods", "-o", "name"]);
        expect(pods).toBe("");
      },
      { timeout: 60_000, interval: 500 },
    );
  });
});

/** A folder of the node, whose files are given to the pod's group: hostPath's are not. */
function volume(path: string): object {
  const hostname = { key: "kubernetes.io/hostname", operator: "Exists" };
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "ledger" },
    spec: {
      capacity: { storage: "5Gi" },
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: "Retain",
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [hostname] }] } },
    },
  };
}
