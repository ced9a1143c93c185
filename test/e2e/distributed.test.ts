import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  createCertificate,
  type HoldingProxy,
  hasProgram,
  type Postgres,
  startHoldingProxy,
  startPostgres,
  waitForPolicies,
} from "../ground/index.ts";
import { present, Workspace } from "../system/ground/workspace.ts";
import { merged, type Values } from "../system/install/chart.ts";
import { deploymentsIn, Installation, type Pod, sample } from "./installation.ts";

/** Two pods of each role and PostgreSQL, on a real node. */
describe.skipIf(!hasProgram("postgres"))("distributed on a node", () => {
  const folder = mkdtempSync(join(tmpdir(), "forge-e2e-postgres-"));
  const certificate = createCertificate(join(folder, "tls"), "forge-server");
  const forge = new Installation({ ca: certificate.cert });
  const team = new Workspace("crew");
  const { kubectl, namespace, node, ground } = forge;
  let postgres: Postgres;
  let gitProxy: HoldingProxy;

  beforeAll(async () => {
    await team.create();
    const { hostAddress: address, podAddresses: clients } = node;
    postgres = await startPostgres(folder, { address, clients });
    gitProxy = await startHoldingProxy(ground.gitUrl, undefined, address);
    const url = await postgres.createDatabase("ledger");
    await forge.createNamespace();
    const { cert, key } = certificate;
    await kubectl.apply(
      namespace,
      secret("ledger-url", "Opaque", { url }),
      secret("server-tls", "kubernetes.io/tls", { "tls.crt": cert, "tls.key": key }),
      secret("registry-login", "kubernetes.io/dockerconfigjson", {
        ".dockerconfigjson": JSON.stringify({ auths: {} }),
      }),
    );
    await forge.install(values());
    await waitForPolicies(kubectl);
  });

  const values = (more: Values = {}): Values =>
    merged(more, {
      mode: "distributed",
      // The one that was loaded from an archive.
      image: { repository: "docker.io/library/forge", tag: "", pullPolicy: "Never" },
      registry: { credentialsSecret: "registry-login" },
      controller: {
        secrets: { namespaces: [team.namespace] },
        insecureGitHosts: [gitProxy.host],
        // Shorter than one would have it, so that nobody waits for long.
        leaderElection: { leaseDuration: "6s", renewDeadline: "4s", retryPeriod: "1s" },
      },
      server: {
        ledger: { urlSecret: "ledger-url", port: postgres.port },
        tls: { secret: "server-tls" },
      },
    });

  afterAll(async () => {
    await forge.uninstall();
    await gitProxy.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The pod that holds the lease, once it is another than this. */
  const leader = (other?: Pod): Promise<Pod> =>
    vi.waitFor(
      async () => {
        const path = ".spec.holderIdentity";
        const holder = await kubectl.field(namespace, "lease", "forge-controller", path);
        const pods = await forge.pods("controller");
        const found = pods.find(({ metadata }) => holder.startsWith(`${metadata.name}-`));
        if (found === undefined || found.metadata.name === other?.metadata.name)
          throw new Error(`${holder} still leads`);
        return found;
      },
      { timeout: 60_000, interval: 250 },
    );

  test("one controller leads, and the other is ready to", async () => {
    const first = await leader();
    const pods = await forge.pods("controller");
    expect(pods.map(({ status }) => status.containerStatuses[0]?.ready)).toEqual([true, true]);
    for (const pod of pods) {
      const leads = pod.metadata.name === first.metadata.name ? 1 : 0;
      expect(sample(await forge.metrics(pod), "forge_leader")).toBe(leads);
    }
  });

  test("the leader's pod goes in mid-deployment: the standby ends it, and commits it once", async () => {
    const first = await leader();
    const held = gitProxy.holdNext(
      ({ method, path }) => method === "POST" && path.endsWith("/git-receive-pack"),
    );
    await team.apply(
      team.environment("production", {}, { url: `${gitProxy.url}/${team.namespace}.git` }),
      team.release("first", "abc"),
      team.pointer("production", "1"),
    );
    // The commit is in the repository, and who pushed it has not heard of it yet.
    await held;
    const pushed = await deploymentsIn(team.gitOpsFolder);
    expect(pushed).toHaveLength(1);
    const { name } = first.metadata;
    await kubectl.output(["-n", namespace, "delete", "pod", name, "--grace-period=1"]);
    gitProxy.drop();
    const second = await leader(first);
    const pointer = await team.waitFor("Ready", "releasepointer", "production-auth");
    expect(await deploymentsIn(team.gitOpsFolder)).toEqual(pushed);
    expect(present(pointer.status.deployment).name).toBe(pushed[0]);
    expect(sample(await forge.metrics(second), "forge_leader")).toBe(1);
    // Another stands by again.
    await kubectl.output([
      ...["-n", namespace, "rollout", "status", "deployment/forge-controller", "--timeout=50s"],
    ]);
    expect(await forge.pods("controller")).toHaveLength(2);
  });

  test("an upgrade puts other pods in their place, and no release is lost or made twice", async () => {
    const before = await forge.pods("controller");
    const names = Array.from({ length: 12 }, (_, index) => `during-${index + 2}`);
    const deployAll = async (): Promise<void> => {
      for (const [index, name] of names.entries()) {
        await team.apply(
          team.release(name, `d${index + 10}`),
          team.pointer("production", `${index + 2}`),
        );
        await team.waitFor("Ready", "release", name);
        await team.waitFor("Ready", "releasepointer", "production-auth");
      }
    };
    await Promise.all([forge.install(values({ controller: { logLevel: "debug" } })), deployAll()]);
    const after = await forge.pods("controller");
    const old = before.map(({ metadata }) => metadata.uid);
    expect(after.filter(({ metadata }) => old.includes(metadata.uid))).toEqual([]);
    const releases = await Promise.all(names.map((name) => team.get("release", name)));
    expect(releases.map(({ status }) => status.number)).toEqual(names.map((_, index) => index + 2));
    const deployments = await deploymentsIn(team.gitOpsFolder);
    expect(new Set(deployments).size).toBe(deployments.length);
    expect(deployments).toHaveLength(names.length + 1);
  });

  test("every server tells of it, from one ledger in PostgreSQL", async () => {
    const servers = await forge.pods("server");
    expect(servers).toHaveLength(2);
    for (const server of servers) {
      const query = `kind=Deployment&namespace=${team.namespace}`;
      await vi.waitFor(
        async () => {
          const page = await forge.ask<{ items: object[] }>(server, `/v1/audit?${query}`);
          expect(page.items).toContainEqual(
            expect.objectContaining({ event: "Committed", repository: team.repository }),
          );
        },
        { timeout: 30_000, interval: 500 },
      );
    }
    const committed = `select subject from ledger_entry
      where event = 'Committed' and namespace = '${team.namespace}'`;
    const deployments = await deploymentsIn(team.gitOpsFolder);
    await vi.waitFor(
      async () => {
        const subjects = (await postgres.query("ledger", committed)).trim().split("\n");
        expect(subjects.toSorted()).toEqual(deployments.toSorted());
      },
      { timeout: 30_000, interval: 500 },
    );
  });

  test.each(["controller", "server"])("a disruption budget keeps one %s", async (role) => {
    const path = ".status.disruptionsAllowed";
    await vi.waitFor(
      async () => {
        expect(await kubectl.field(namespace, "pdb", `forge-${role}`, path)).toBe("1");
      },
      { timeout: 30_000, interval: 500 },
    );
  });
});

function secret(name: string, type: string, stringData: Readonly<Record<string, string>>): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { name }, type, stringData };
}
