import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Controller, commitFiles, createBareRepository } from "../../ground/index.ts";
import { Journey } from "../ground/journey.ts";

describe("the measures of DORA", () => {
  const journey = new Journey("dora");
  const source = `${journey.namespace}-source`;
  let controller: Controller;

  beforeAll(async () => {
    await journey.create();
    await createBareRepository(`${journey.ground.gitRoot}/${source}.git`);
    await journey.apply(journey.environment("dev"));
    controller = await journey.controller();
  });

  afterAll(() => controller.process.stop());

  /** Of this one project, in dev: by name, without their labels. */
  async function measures(): Promise<Readonly<Record<string, number>>> {
    const text = await (await fetch(`${controller.url}/metrics`)).text();
    const labels = `namespace="${journey.namespace}",project="${journey.repository}/auth",environment="dev"`;
    return Object.fromEntries(
      text
        .split("\n")
        .filter((line) => line.startsWith("forge_deployment") && line.includes(`{${labels}}`))
        .map((line) => [line.slice(0, line.indexOf("{")), Number(line.split(" ").at(-1))]),
    );
  }

  /** A release from git, whose commit was made at that time. */
  async function releasedFrom(message: string): Promise<void> {
    const folder = `${journey.ground.gitRoot}/${source}.git`;
    const manifest = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {say: "${message}"}\n`;
    const commit = await commitFiles(folder, "main", message, { "auth/all.yaml": manifest });
    const git = {
      url: `${journey.ground.gitUrl}/${source}.git`,
      path: "auth",
      secretRef: { name: "git-credentials" },
    };
    await journey.apply(journey.release(message, commit, { source: { git } }));
    await journey.waitFor("Ready", "release", message);
  }

  test("count a deployment, its lead time, its failure and the recovery", async () => {
    const project = {
      source: {
        url: `${journey.ground.gitUrl}/${source}.git`,
        secretRef: { name: "git-credentials" },
      },
    };
    await journey.apply(journey.project("auth", project));
    await releasedFrom("one");
    await releasedFrom("two");
    await journey.apply(journey.pointer("dev", "1"));
    await journey.deployed("dev", 1);
    await journey.ask("dev", { release: "2", request: { type: "Deploy", by: "admin" } });
    await journey.deployed("dev", 2);
    await journey.ask("dev", { release: "1", request: { type: "Rollback", by: "admin" } });
    await journey.outcomes("dev", ["Superseded", "RolledBack", "Active"]);
    await vi.waitFor(
      async () => {
        expect(await measures()).toMatchObject({
          forge_deployments_total: 2,
          forge_deployment_lead_time_seconds_count: 2,
          forge_deployment_failures_total: 1,
          forge_deployment_recovery_seconds_count: 1,
        });
      },
      { timeout: 20_000 },
    );
    const { forge_deployment_lead_time_seconds_sum: lead } = await measures();
    const { status } = await journey.get("release", "one");
    expect(status).toMatchObject({ commitTime: expect.stringMatching(/Z$/) });
    expect(lead).toBeGreaterThanOrEqual(0);
    expect(lead).toBeLessThan(600);
  });

  test("are not counted again by the next leader", async () => {
    await controller.process.stop();
    controller = await journey.controller({ name: "second" });
    // It has looked at all of it once it has carried out something new.
    await journey.ask("dev", { release: "2", request: { type: "Deploy", by: "admin" } });
    await journey.outcomes("dev", ["Superseded", "RolledBack", "Superseded", "Active"]);
    expect(await measures()).toMatchObject({
      forge_deployments_total: 1,
      forge_deployment_failures_total: 0,
      forge_deployment_recovery_seconds_count: 0,
    });
  });
});
