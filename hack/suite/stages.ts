import { spawnSync } from "node:child_process";
import { chosenMaker } from "../../test/ground/cluster.ts";
import { lacksForNode } from "../../test/ground/node-requirements.ts";
import { locateTool } from "../../tools/locate.ts";
import { locatePythonTool } from "../../tools/python/venv.ts";

/** One check, or one suite of tests. */
export interface Stage {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Whether it is a run of vitest, whose tests are counted. */
  readonly counted?: true;
  /** A build that starts with the first stage and that this one waits for. */
  readonly prepare?: readonly [string, ...string[]];
  /** Names what the stage needs and this machine lacks; the stage is left out then. */
  readonly missing?: () => string | undefined;
  /** Left out without a failure even in CI. */
  readonly optional?: true;
}

const isShuffled = process.env["SHUFFLE"] === "1";
const shuffled = ["--sequence.shuffle.files"];

function suite(project: string, options: Partial<Stage> = {}): Stage {
  return {
    name: project,
    // Files of a suite share nothing but the ground, so that any order must do.
    command: ["vitest", "run", "--project", project, ...(isShuffled ? shuffled : [])],
    counted: true,
    ...options,
  };
}

/** Groups run one after another, the stages of a group side by side. */
export const stages: readonly (readonly Stage[])[] = [
  [
    { name: "types", command: ["tsc"] },
    { name: "format", command: ["biome", "check", "."] },
    { name: "lint", command: ["oxlint", "--deny-warnings", "."] },
    { name: "generated", command: ["node", "hack/check-generated.ts"] },
    { name: "linters", command: ["node", "hack/linters/main.ts"] },
  ],
  [suite("unit")],
  [suite("system")],
  [suite("hostile")],
  [
    suite("contract", {
      missing: () =>
        locatePythonTool("schemathesis") === undefined
          ? "schemathesis is not installed from PyPI"
          : undefined,
    }),
  ],
  [
    suite("e2e", {
      prepare: ["nice", "-n", "19", "node", "hack/prepare-node.ts"],
      missing: () =>
        chosenMaker() === "kind"
          ? undefined
          : (lacksForNode() ??
            (locateTool("kubelet") === undefined ? "the kubelet is not built" : undefined)),
    }),
  ],
  [{ name: "soak", command: ["node", "test/soak/main.ts", "--seconds", "60"] }],
  [
    suite("containers", {
      optional: true,
      missing: () => (answersAsEngine() ? undefined : "no container engine answers here"),
    }),
  ],
];

function answersAsEngine(): boolean {
  return spawnSync("docker", ["info"], { stdio: "ignore", timeout: 20_000 }).status === 0;
}
