import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetch } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { requireTool } from "../../../tools/locate.ts";
import { type Controller, run } from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";
import { chart } from "../install/chart.ts";

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Alert[] }[];
}

interface Scenarios {
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly object[];
    }[];
  }[];
}

const files = join(chart, "files");
const runbooks = join(import.meta.dirname, "..", "..", "..", "docs", "runbooks");
const read = <T>(name: string) => parse(readFileSync(join(files, name), "utf8")) as T;
const rules = read<Rules>("alerts.yaml");
const scenarios = read<Scenarios>("alerts.test.yaml");
const alerts = rules.groups.flatMap((group) => group.rules);
const promtool = requireTool("promtool");

describe("alerts", () => {
  const folder = mkdtempSync(join(tmpdir(), "forge-alerts-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("are rules that Prometheus can read", async () => {
    const checked = await run(promtool, ["check", "rules", join(files, "alerts.yaml")]);
    expect(checked).toMatchObject({ code: 0 });
    expect(checked.stdout).toContain(`${alerts.length} rules found`);
  });

  test("fire when they should, and stay silent beside what only looks like it", async () => {
    // Their sentences are compared word for word where they are there.
    const bare = rules.groups.map((group) => ({
      ...group,
      rules: group.rules.map(({ annotations: _, ...rule }) => rule),
    }));
    writeFileSync(join(folder, "alerts.yaml"), stringify({ groups: bare }));
    cpSync(join(files, "alerts.test.yaml"), join(folder, "alerts.test.yaml"));
    const tested = await run(promtool, ["test", "rules", join(folder, "alerts.test.yaml")]);
    expect(tested).toMatchObject({ code: 0 });
  });

  test.each(alerts.map(({ alert }) => alert))(
    "%s fires in one scenario, and not in the quiet one",
    (name) => {
      const [quiet, ...others] = scenarios.tests;
      const firing = (test: Scenarios["tests"][number] | undefined) =>
        test?.alert_rule_test
          .filter(({ alertname }) => alertname === name)
          .map((one) => one.exp_alerts.length);
      expect(firing(quiet)).toEqual([0]);
      expect(others.flatMap((test) => firing(test) ?? [])).toContain(1);
    },
  );

  test.each(alerts)(
    "$alert says what to do, in a runbook that is there",
    ({ alert, annotations }) => {
      const { summary, description, runbook = "" } = annotations ?? {};
      expect(summary).toMatch(/\.$/);
      expect(description).toMatch(/\.$/);
      const file = alert.replaceAll(/(?<!^)([A-Z])/g, "-$1").toLowerCase();
      expect(runbook).toBe(`docs/runbooks/${file}.md`);
      const path = join(runbooks, `${file}.md`);
      expect(existsSync(path)).toBe(true);
      const text = readFileSync(path, "utf8");
      for (const heading of ["## What it means", "## What to look at", "## What to do"]) {
        expect(text).toContain(heading);
      }
    },
  );
});

describe("what the controller measures", () => {
  const workspace = new Workspace("metrics");
  let controller: Controller;
  let metrics: string;

  beforeAll(async () => {
    await workspace.create();
    controller = await workspace.controller();
    await workspace.apply(
      workspace.environment("dev"),
      workspace.environment("closed", { allowedTriggers: ["Tag"] }),
      workspace.release("first", "a1"),
      workspace.pointer("dev", "1"),
      workspace.pointer("closed", "1"),
    );
    await workspace.waitFor("Ready", "releasepointer", "dev-auth");
    await workspace.waitFor("Allowed=false", "releasepointer", "closed-auth");
    metrics = await (await fetch(`${controller.url}/metrics`)).text();
  });

  afterAll(() => controller.process.stop());

  const value = (series: string): number =>
    Number(
      metrics
        .split("\n")
        .find((line) => line.startsWith(`${series} `))
        ?.slice(series.length),
    );

  test.each([
    { series: 'forge_releases_packaged_total{result="pushed"}' },
    { series: "forge_release_packaging_duration_seconds_count" },
    { series: 'forge_commits_pushed_total{type="Deploy"}' },
    { series: "forge_commit_duration_seconds_count" },
    { series: 'forge_git_pushes_total{result="pushed"}' },
    { series: "forge_git_commits_per_push_sum" },
    { series: 'forge_policy_refusals_total{reason="TriggerNotAllowed"}' },
  ])("$series counts one", ({ series }) => {
    expect(value(series)).toBe(1);
  });

  test("everything that an alert or the dashboard asks for is there", () => {
    const dashboard = readFileSync(join(files, "dashboard.json"), "utf8");
    const asked = [...alerts.map(({ expr }) => expr), dashboard].join("\n").match(/forge_[a-z_]+/g);
    expect(asked?.length).toBeGreaterThan(20);
    const missing = [...new Set(asked)].filter(
      (name) =>
        !metrics
          .split("\n")
          .some((line) => line.startsWith(name) && /^[{ ]/.test(line.slice(name.length))),
    );
    expect(missing).toEqual([]);
  });

  test("promtool finds nothing to say about their names", async () => {
    const own = metrics.split("\n").filter((line) => /^(# (HELP|TYPE) )?forge_/.test(line));
    const checked = await run(promtool, ["check", "metrics"], { input: `${own.join("\n")}\n` });
    expect(checked).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});
