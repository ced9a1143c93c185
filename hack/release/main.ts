// Makes a release of forge: `make release V=x.y.z`. RELEASE.md is its manual.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { requireTool } from "../../tools/locate.ts";
import { readChangesets } from "../changelog/changeset.ts";
import { nextVersion } from "../changelog/section.ts";
import { isCommitted, refusalOf, type Situation } from "./readiness.ts";
import { committing, type Step, stepsOf } from "./steps.ts";

const help = `Makes a release of forge in dist/release, with a commit and a tag. Pushes nothing.

Usage: node hack/release/main.ts VERSION [flags]

  --dry-run     show the steps, and do nothing
  --only NAMES  these steps alone, separated by commas
  --help        show this help
`;

const root = join(import.meta.dirname, "..", "..");
const folder = join("dist", "release");
const stepWithinMs = 3_600_000;

function git(...args: readonly string[]): string {
  return execFileSync("git", ["-C", root, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

/** Downloads or builds what the steps run. */
function provideTools(names: readonly string[]): void {
  const build = [join(root, "tools", "build.ts"), ...names];
  execFileSync(process.execPath, build, { stdio: "inherit", timeout: stepWithinMs });
}

function hasIdentity(): boolean {
  try {
    return git("var", "GIT_COMMITTER_IDENT") !== "";
  } catch {
    return false;
  }
}

function situationOf(asked: string): Situation {
  const { version: current } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly version: string;
  };
  const changes = readChangesets(root).map(({ change }) => change);
  return {
    asked,
    current,
    next: changes.length === 0 ? undefined : nextVersion(current, changes),
    isClean: git("status", "--porcelain") === "",
    head: git("log", "-1", "--format=%s"),
    branch: git("branch", "--show-current"),
    isTagged: git("tag", "--list", `v${asked}`) !== "",
    hasIdentity: hasIdentity(),
  };
}

function run({ command: [program, ...args] }: Step): void {
  const programs: Readonly<Record<string, () => string>> = {
    node: () => process.execPath,
    helm: () => requireTool("helm"),
  };
  const path = programs[program]?.() ?? program;
  execFileSync(path, args, { cwd: root, stdio: "inherit", timeout: stepWithinMs });
}

function main(asked: string, options: { dryRun: boolean; only: readonly string[] | undefined }) {
  const situation = situationOf(asked);
  const refusal = refusalOf(situation);
  if (refusal !== undefined) throw new Error(refusal);
  const left = isCommitted(situation)
    ? stepsOf(asked, folder).filter(({ name }) => !committing.includes(name))
    : stepsOf(asked, folder);
  const steps = left.filter(({ name }) => options.only?.includes(name) ?? true);
  const tools = steps.flatMap((step) => step.tools ?? []);
  if (!options.dryRun && tools.length > 0) provideTools(tools);
  for (const step of steps) {
    console.log(`release: ${step.name}: ${step.about}\n  ${step.command.join(" ")}`);
    if (options.dryRun) continue;
    try {
      run(step);
    } catch (cause) {
      // Else the tree is not clean, and the files of .changeset are gone.
      const undone = committing.includes(step.name) ? "undo it with `git reset --hard`, " : "";
      const again = `${undone}mend the cause, and run make release V=${asked} again`;
      throw new Error(`the step ${step.name} failed: ${again}`, { cause });
    }
  }
  console.log("release: signatures come when there is a key to make them with");
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "dry-run": { type: "boolean", default: false },
    only: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const [asked] = positionals;
if (values.help) process.stdout.write(help);
else {
  try {
    if (asked === undefined) throw new Error("which version? make release V=1.2.3");
    main(asked, { dryRun: values["dry-run"], only: values.only?.split(",") });
  } catch (error) {
    process.stderr.write(`release: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
