import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Controller, installArgoCD } from "../../ground/index.ts";
import { bindAgent } from "../ground/ground-addresses.ts";
import { Journey } from "../ground/journey.ts";

interface Delivery {
  readonly deployment: string;
  readonly sync: string;
  readonly health: string;
}

/** Health as Applications report it, which this test writes in Argo CD's place. */
describe("the health that later decisions ask for", () => {
  const journey = new Journey("health");
  const { kubectl, namespace } = journey;
  const argoCDNamespace = `${namespace}-argocd`;
  const within = { timeout: 30_000, interval: 100 };
  let controller: Controller;

  beforeAll(async () => {
    await journey.create();
    await installArgoCD(kubectl, argoCDNamespace);
    await bindAgent(kubectl, argoCDNamespace, "argocd");
    await journey.apply(
      journey.environment("staging"),
      journey.environment("production", { promotesFrom: [{ environment: "staging" }] }),
    );
    controller = await journey.controller({ args: [`--argocd-namespace=${argoCDNamespace}`] });
    await journey.firstDeployed("staging", 3);
  });

  afterAll(async () => {
    await controller?.process.stop();
  });

  const application = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: namespace },
    spec: {
      project: "default",
      source: {
        repoURL: journey.gitOpsUrl,
        targetRevision: "main",
        path: `staging/apps/${journey.repository}/auth`,
      },
      destination: { server: "https://kubernetes.default.svc", namespace },
    },
  };

  /** Reads the pointer's folder, and names a pointer of another tenant; it has no status at all. */
  const foreign = {
    ...application,
    metadata: {
      name: `${namespace}-foreign`,
      annotations: {
        "forge.dev/pointer": `another-team/${journey.pointerName("staging")}`,
        "forge.dev/environment": "staging",
        "forge.dev/repository": journey.repository,
        "forge.dev/project": "auth",
      },
    },
  };

  /** Writes the Application's status for the deployment that runs. */
  async function reports(health: string): Promise<void> {
    const { status } = await journey.get("releasepointer", journey.pointerName("staging"));
    const sync = { status: "Synced", revision: status.git?.commit };
    await kubectl.output([
      ...["-n", argoCDNamespace, "patch", "application", namespace, "--type=merge", "-p"],
      JSON.stringify({ status: { sync, health: { status: health } } }),
    ]);
    await expect.poll(delivery, within).toMatchObject({ sync: "Synced", health });
  }

  async function delivery(): Promise<Delivery | undefined> {
    const pointer = await journey.get("releasepointer", journey.pointerName("staging"));
    return (pointer.status as { delivery?: Delivery }).delivery;
  }

  test("an image that was degraded to its end is not promoted once another one replaced it", async () => {
    // The worst of several counts: another tenant's counts nowhere in this file.
    await kubectl.apply(argoCDNamespace, foreign, application);
    await reports("Degraded");
    await journey.ask("staging", { release: "2" });
    await journey.outcomes("staging", ["Superseded", "Active"]);
    await reports("Healthy");
    await journey.apply(journey.pointer("production", "1"));
    expect(await journey.refused("production", "NotSoaked")).toContain("healthy");
  });

  test("an image that was healthy to its end is", async () => {
    await journey.ask("staging", { release: "3" });
    const records = await journey.outcomes("staging", ["Superseded", "Superseded", "Active"]);
    expect(records[1]?.status).toMatchObject({
      health: { healthy: true, healthySince: expect.any(String) },
    });
    await journey.ask("production", { release: "2" });
    await journey.deployed("production", 2);
  });

  test("health that was reported once, and that nobody reports now, is not health", async () => {
    await reports("Healthy");
    await kubectl.output(["-n", argoCDNamespace, "delete", "application", namespace]);
    await expect.poll(delivery, within).toMatchObject({ sync: "Unknown", health: "Unknown" });
    await journey.ask("production", { release: "3" });
    expect(await journey.refused("production", "NotSoaked")).toContain("healthy");
  });
});
