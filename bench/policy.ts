import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "./controller/program.ts";
import type { Benchmark } from "./frame.ts";
import { measureAutoDeploy } from "./policy/auto-deploy.ts";
import { measureDecisions } from "./policy/decisions.ts";

/** What it costs to decide, and to carry out what was decided. */
export const policy: Benchmark = {
  name: "policy",
  about:
    "decisions of an environment with every rule, one core; beside each, JSON.parse of the same Environment, Release, pointer and approvals: the least that reading them costs. Then many releases that go everywhere by themselves, on a real API server and git; beside it the GitOps writer alone.",
  run: async (progress) => {
    const { values } = parseArgs({
      args: process.argv.slice(3),
      options: {
        projects: { type: "string", default: "1000" },
        environments: { type: "string", default: "6" },
        releases: { type: "string", default: "200" },
      },
    });
    const decisions = measureDecisions(progress);
    const folder = mkdtempSync(join(tmpdir(), "forge-bench-"));
    try {
      const program = await bundle("cmd/forge-controller/main.ts", folder);
      const size = {
        projects: Number(values.projects),
        environments: Number(values.environments),
        releases: Number(values.releases),
      };
      const moved = await measureAutoDeploy(join(folder, "ground"), program, size, progress);
      return {
        rows: [...decisions.rows, ...moved.rows],
        targets: [...decisions.targets, ...moved.targets],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
