import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Controller } from "../../ground/index.ts";
import { chart as chartFolder, type Rendered, type Values, valuesFile } from "./chart.ts";
import { InstalledChart, namespace, release } from "./installed-chart.ts";

describe("the chart, upgraded, uninstalled and installed again", () => {
  let chart: InstalledChart;
  let controller: Controller;

  beforeAll(async () => {
    chart = await InstalledChart.prepare();
    await chart.install();
    controller = await chart.startController();
    await chart.deployFirst();
  });

  afterAll(async () => {
    await controller.process.stop();
    await chart.stop();
  });

  const upgrade = (values: Values) => {
    const file = valuesFile({ ...chart.values, ...values });
    return chart.helm("upgrade", release, chartFolder, `--values=${file}`);
  };

  test("an upgrade to two replicas keeps everything that runs", async () => {
    const distributed = { mode: "distributed", server: { ledger: { urlSecret: "x" } } };
    expect(await upgrade(distributed)).toMatchObject({ code: 0 });
    const replicas = ["get", "deployment", "forge-controller", "-o", "jsonpath={.spec.replicas}"];
    expect(await chart.kubectl.output(["-n", namespace, ...replicas])).toBe("2");
    expect(await chart.kubectl.output(["-n", namespace, "get", "pdb", "-o", "name"])).toContain(
      "forge-controller",
    );
  });

  test("uninstalled, it leaves the kinds and every object", async () => {
    await controller.process.stop();
    expect(await chart.helm("uninstall", release)).toMatchObject({ code: 0 });
    const left = await chart.kubectl.get<Rendered>(chart.team.namespace, "release", "first");
    expect(left).toMatchObject({ status: { number: 1 } });
    const roles = await chart.kubectl.output(["get", "clusterroles", "-o", "name"]);
    expect(roles).not.toContain("forge");
  });

  test("installed again, it takes over what was left, and goes on where it was", async () => {
    expect(await chart.install()).toMatchObject({ code: 0, stderr: "" });
    const { team } = chart;
    const commits = await team.git("rev-list", "--count", "main");
    controller = await chart.startController();
    await team.apply(team.release("next", "b"));
    expect((await team.waitFor("Ready", "release", "next")).status.number).toBe(2);
    await team.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "1");
    expect(await team.git("rev-list", "--count", "main")).toBe(commits);
  });

  test("uninstalled by somebody who asked for it before, it takes everything away", async () => {
    await controller.process.stop();
    expect(await upgrade({ crds: { keep: false } })).toMatchObject({ code: 0 });
    expect(await chart.helm("uninstall", release)).toMatchObject({ code: 0 });
    await vi.waitFor(async () => {
      const left = await chart.kubectl.output(["get", "crds", "-o", "name"]);
      expect(left).not.toContain("forge.dev");
    }, 30_000);
  });
});
