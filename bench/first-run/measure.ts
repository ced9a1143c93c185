import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { toolModules } from "../../tools/modules.ts";
import { atMost, median, type Result, type Row, type Target } from "../frame.ts";

const root = join(import.meta.dirname, "..", "..");
const warmRuns = 3;
/** Longer than any machine needs; a run that hangs ends. */
const withinMs = 3_600_000;

interface Timed {
  /** Seconds to its end. */
  readonly whole: number;
  /** Seconds until a line was printed that the demo's first step begins with. */
  readonly firstStep: number;
}

/** Runs a command to its end, and shows what it prints. */
async function timed(
  [program, ...args]: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  progress: (text: string) => void,
): Promise<Timed> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1_000;
  const child = spawn(program, args, {
    ...options,
    stdio: ["ignore", "pipe", "inherit"],
    timeout: withinMs,
  });
  const exit = once(child, "exit") as Promise<[number | null]>;
  let firstStep = Number.NaN;
  for await (const line of createInterface(child.stdout)) {
    if (Number.isNaN(firstStep) && line.startsWith("1. ")) firstStep = seconds();
    progress(`  ${seconds().toFixed(0).padStart(4)} s  ${line}`);
  }
  const [code] = await exit;
  if (code !== 0) throw new Error(`${[program, ...args].join(" ")}: exit ${code}`);
  return { whole: seconds(), firstStep };
}

/** The environment without what make and npm put there for this benchmark itself. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const { MAKEFLAGS: _flags, MAKELEVEL: _level, MFLAGS: _short, PATH = "", ...rest } = process.env;
  const path = PATH.split(":").filter((place) => !place.includes("node_modules"));
  const own = Object.entries(rest).filter(([name]) => !name.startsWith("npm_"));
  return { ...Object.fromEntries(own), PATH: path.join(":") };
}

/** Caches of Go and of tools that nothing is in; npm's own stays. */
function emptyCaches(folder: string): NodeJS.ProcessEnv {
  return {
    ...ownEnvironment(),
    GOCACHE: join(folder, "go-build"),
    GOMODCACHE: join(folder, "go-modules"),
    XDG_CACHE_HOME: join(folder, "cache"),
    FORGE_DEMO_FOLDER: join(folder, "demo"),
    KUBEBUILDER_ASSETS: "",
  };
}

/** The commands of a person who builds the same programs by hand. */
async function plainBuilds(folder: string, progress: (text: string) => void): Promise<number> {
  const env = {
    ...emptyCaches(folder),
    ...{ CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOTOOLCHAIN: "local" },
  };
  let seconds = 0;
  for (const name of ["etcd", "kube-apiserver", "kubectl", "registry", "crane"]) {
    const module = toolModules.find(({ programs }) => name in programs);
    const main = module?.programs[name];
    if (module === undefined || main === undefined) throw new Error(`${name} is not built here`);
    const cwd = join(root, "tools", module.folder);
    const command = ["go", "build", "-o", join(folder, name), main] as const;
    const { whole } = await timed(command, { cwd, env }, progress);
    progress(`go build of ${name}: ${whole.toFixed(0)} s`);
    seconds += whole;
  }
  return seconds;
}

export async function measureFirstRun(
  progress: (text: string) => void,
  args: readonly string[] = [],
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "forge-first-run-"));
  const only = (part: string) => args.includes(`--${part}-only`);
  const isChosen = (part: string) => only(part) || !args.some((arg) => arg.endsWith("-only"));
  const [plainFolder, coldFolder] = [join(folder, "plain"), join(folder, "cold")];
  for (const place of [plainFolder, coldFolder]) mkdirSync(place);
  const rows: Row[] = [];
  const targets: Target[] = [];
  try {
    const clone = join(folder, "clone");
    await timed(
      ["git", "clone", "--quiet", root, clone],
      { cwd: folder, env: process.env },
      progress,
    );
    const demo = (env: NodeJS.ProcessEnv) =>
      timed(["make", "--no-print-directory", "demo"], { cwd: clone, env }, progress);

    progress("plain go build, with empty caches");
    const plain = isChosen("plain") ? await plainBuilds(plainFolder, progress) : undefined;
    if (plain !== undefined) rows.push(row("plain go build", "five programs", plain));

    if (isChosen("cold")) {
      progress("make demo of a fresh clone, with empty caches");
      const cold = await demo(emptyCaches(coldFolder));
      rows.push(row("make demo, empty caches", "until its first step", cold.firstStep, plain));
      rows.push(row("make demo, empty caches", "to its end", cold.whole, plain));
      if (plain !== undefined)
        targets.push(
          atMost("until its first step - plain go build, s", 90, cold.firstStep - plain),
        );
    }

    if (isChosen("warm")) {
      // Without a cold run before, on the programs and npm packages that this machine has.
      const env = isChosen("cold")
        ? emptyCaches(coldFolder)
        : { ...ownEnvironment(), FORGE_DEMO_FOLDER: join(coldFolder, "demo") };
      if (!isChosen("cold"))
        await timed(
          ["make", "--no-print-directory", "node_modules"],
          { cwd: clone, env },
          progress,
        );
      const warm: number[] = [];
      for (let run = 0; run < warmRuns; run++) {
        warm.push((await demo(env)).whole);
        progress(`make demo again: ${warm.at(-1)?.toFixed(1)} s`);
      }
      const seconds = median(warm);
      rows.push({ ...row("make demo, again", "to its end", seconds), runs: warm.length });
      targets.push(atMost("make demo, again, s", 60, seconds));
    }
    return { rows, targets };
  } finally {
    // Go's module cache is read-only.
    await timed(["chmod", "-R", "u+w", folder], { cwd: folder, env: process.env }, () => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(name: string, metric: string, seconds: number, reference?: number): Row {
  const beside = reference === undefined ? {} : { reference, ratio: seconds / reference };
  return { case: name, metric, unit: "s", median: seconds, runs: 1, ...beside };
}
