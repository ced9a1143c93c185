import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { ReleaseMetrics, refusalReasons } from "./release-metrics.ts";

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("what forge counts", () => {
  test("every series is there before anything happens", async () => {
    const registry = new Registry();
    expect(new ReleaseMetrics(registry)).toBeDefined();
    const text = await registry.metrics();
    for (const series of [
      'forge_releases_packaged_total{result="failed"} 0',
      'forge_commits_pushed_total{type="Rollback"} 0',
      'forge_policy_refusals_total{reason="Frozen"} 0',
      'forge_git_pushes_total{result="raced"} 0',
      'forge_git_pushes_total{result="rejected"} 0',
      "forge_commit_duration_seconds_count 0",
    ]) {
      expect(lines(text)).toContain(series);
    }
  });

  test("nothing that is counted makes a series more", async () => {
    const registry = new Registry();
    const metrics = new ReleaseMetrics(registry);
    const before = lines(await registry.metrics()).length;
    for (let project = 0; project < 1_000; project += 1) {
      metrics.packaged("pushed", 1);
      metrics.committed("Deploy", 1);
      metrics.refused(`Reason${project}`);
      metrics.pushed("pushed", project);
    }
    const text = await registry.metrics();
    expect(lines(text)).toHaveLength(before);
    expect(lines(text)).toContain('forge_policy_refusals_total{reason="Other"} 1000');
  });

  test("a push that was not taken has brought no commits", async () => {
    const registry = new Registry();
    const metrics = new ReleaseMetrics(registry);
    metrics.pushed("rejected", 7);
    metrics.pushed("pushed", 3);
    expect(lines(await registry.metrics())).toContain("forge_git_commits_per_push_sum 3");
  });

  test("every reason of a rule is known", () => {
    const folder = join(import.meta.dirname, "..", "policy", "rules");
    const rules = readdirSync(folder).filter((name) => !name.endsWith(".test.ts"));
    const reasons = rules.flatMap((name) =>
      [...readFileSync(join(folder, name), "utf8").matchAll(/refused\(\s*"(\w+)"/g)].map(
        ([, reason = ""]) => reason,
      ),
    );
    expect(reasons.length).toBeGreaterThan(15);
    expect(refusalReasons).toEqual(expect.arrayContaining(reasons));
  });
});
