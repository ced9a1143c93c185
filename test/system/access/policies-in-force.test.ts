import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Controller, run } from "../../ground/index.ts";
import { programPath } from "../../ground/program-path.ts";
import { Journey } from "../ground/journey.ts";
import { type OwnCluster, startOwnCluster } from "../ground/own-cluster.ts";
import { conditionOf } from "../ground/workspace.ts";

const crds = join(import.meta.dirname, "..", "..", "..", "crds");
const binding = ["validatingadmissionpolicybinding", "approve.forge.dev"];
const within = { timeout: 30_000, interval: 100 };

/** Somebody who administers the cluster deletes, weakens or forgets forge's admission policies. */
describe("admission policies that are not in force", () => {
  let cluster: OwnCluster;
  let journey: Journey;
  let controller: Controller;

  beforeAll(async () => {
    cluster = await startOwnCluster();
    journey = new Journey("policies", cluster.ground);
    await journey.create();
    await journey.apply(journey.environment("dev"));
    controller = await journey.controller({ args: ["--refuse-without-policies"] });
    await journey.firstDeployed("dev", 3);
  }, 120_000);

  afterAll(async () => {
    await controller?.process.stop();
    await cluster?.stop();
  });

  const enforced = async () =>
    conditionOf(await journey.get("environment", "dev"), "PoliciesEnforced");
  const metric = async () => (await fetch(`${controller.url}/metrics`)).text();
  const check = () =>
    run(process.execPath, [
      ...[programPath("forge"), "check", "--kube", "-n", journey.namespace],
      ...["--kubeconfig", journey.ground.kubeconfig],
    ]);
  const install = () =>
    journey.kubectl.output(["apply", "-f", join(crds, "admission-validating.yaml")]);

  test("all of them are, as they are installed", async () => {
    await expect.poll(enforced, within).toMatchObject({ status: "True", reason: "Enforced" });
    expect(await metric()).toContain('forge_admission_policies_enforced{status="True"} 1');
    expect((await check()).stdout).toContain("admission policies: installed, bound and unchanged");
  });

  test("a binding that is deleted is noticed, and nothing is committed until it is back", async () => {
    await journey.kubectl.output(["delete", ...binding]);
    await expect.poll(enforced, within).toMatchObject({ status: "False", reason: "PolicyUnbound" });
    expect((await enforced())?.message).toContain("approve.forge.dev");
    expect(journey.log()).toContain("admission policies are not in force");
    expect(await metric()).toContain('forge_admission_policies_enforced{status="False"} 1');
    expect((await check()).stdout).toContain(
      "admission policies: approve.forge.dev has no binding",
    );
    await journey.ask("dev", { release: "2" });
    expect(await journey.refused("dev", "PoliciesNotEnforced")).toContain("approve.forge.dev");
    await install();
    await expect.poll(enforced, within).toMatchObject({ status: "True" });
    await journey.deployed("dev", 2);
  });

  test("one that only warns is noticed", async () => {
    const spec = { validationActions: ["Warn"] };
    await journey.kubectl.output([
      ...["patch", ...binding, "--type=merge", "-p", JSON.stringify({ spec })],
    ]);
    await expect.poll(enforced, within).toMatchObject({ reason: "PolicyNotDenying" });
    await install();
    await expect.poll(enforced, within).toMatchObject({ status: "True" });
  });

  test("without the right to read them the condition is Unknown, and nothing is committed", async () => {
    await controller.process.stop();
    await journey.kubectl.output(["delete", "clusterrolebinding", "forge-controller-admission"]);
    controller = await journey.controller({ args: ["--refuse-without-policies"] });
    await expect.poll(enforced, within).toMatchObject({ status: "Unknown" });
    await journey.ask("dev", { release: "3" });
    await vi.waitFor(() => journey.refused("dev", "PoliciesNotEnforced"), within);
  });
});
