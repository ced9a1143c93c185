import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Work } from "./choose.ts";
import { moduleFolder, requiredVersion, runGo, sourceFolder } from "./go.ts";
import { limitMemory } from "./limit-memory.ts";
import { cacheFolder } from "./locate.ts";
import type { ToolModule } from "./modules.ts";
import { progressText } from "./progress.ts";
import { targetFlags } from "./published-source.ts";
import type { StatusLine } from "./status-line.ts";

/** Lines of a compiler's complaint that are shown. */
const lastLines = 20;
const importPath = /^[\w.~+/-]+$/;

/** Programs of the work, by name, with the main package of each. */
function programsOf({ module, names }: Work): [string, string][] {
  return Object.entries(module.programs).filter(([program]) => names.includes(program));
}

function versionOf(module: ToolModule): string {
  const goMod = readFileSync(join(moduleFolder(module), "go.mod"), "utf8");
  return requiredVersion(goMod, module.versionOf) ?? "";
}

/**
 * Downloads the sources that a build needs, and no others. A source that cannot be had is left to
 * the build to report.
 */
export async function fetchSources(work: Work): Promise<void> {
  const packages = programsOf(work).map(([, main]) => main);
  if (packages.length === 0) return;
  const args = ["list", "-e", "-deps", "-f", "", ...tagsOf(work.module), ...packages];
  await runGo(work.module, args, "stdout", () => undefined);
}

/**
 * Builds what is missing of a module, and moves each program and file to its place in the cache.
 * @param next programs of the builds that follow, for the reader of the status line
 */
export async function buildModule(
  work: Work,
  status: StatusLine,
  next: readonly string[],
): Promise<void> {
  const { module, names } = work;
  const folder = cacheFolder(module);
  mkdirSync(dirname(folder), { recursive: true });
  // Built aside and moved into place, so that an interrupted build leaves nothing half-done.
  const aside = mkdtempSync(`${folder}.`);
  const cleanUp = (): void => rmSync(aside, { recursive: true, force: true });
  process.once("exit", cleanUp);
  const started = performance.now();
  try {
    const title = `${names.join(", ")} ${versionOf(module)}`.trim();
    if (programsOf(work).length > 0) await compile(work, aside, { title, status, next });
    for (const [name, paths] of Object.entries(module.files ?? {})) {
      const wanted = paths.filter((path) => names.includes(basename(path)));
      if (wanted.length === 0) continue;
      const source = sourceFolder(module, name);
      for (const path of wanted) copyFileSync(join(source, path), join(aside, basename(path)));
    }
    mkdirSync(folder, { recursive: true });
    for (const name of names) renameSync(join(aside, name), join(folder, name));
    const seconds = Math.round((performance.now() - started) / 1_000);
    status.print(`tools: ${title} built in ${seconds} s`);
  } finally {
    process.off("exit", cleanUp);
    cleanUp();
  }
}

interface Shown {
  readonly title: string;
  readonly status: StatusLine;
  readonly next: readonly string[];
}

/** Compiles all programs of the work by one `go build`, which shares what they have in common. */
async function compile(work: Work, aside: string, { title, status, next }: Shown): Promise<void> {
  const { module } = work;
  const programs = programsOf(work);
  const packages = programs.map(([, main]) => main);
  const source = join(aside, "source");
  const made = join(aside, "made");
  for (const place of [source, made]) mkdirSync(place);
  const flags = ["-trimpath", ...tagsOf(module), ...targetFlags(module, source)];
  const linking = ["-s", "-w", ...module.stamp(versionOf(module))].join(" ");
  const [onlyProgram] = programs.length === 1 ? programs : [];
  const into = onlyProgram === undefined ? `${made}/` : join(made, onlyProgram[0]);
  const started = performance.now();
  const compiled = new Set<string>();
  // Known a moment after the build has begun: what it compiled by then counts as well.
  let stale: readonly string[] | undefined;
  const show = (): void =>
    status.update(
      progressText({
        ...{ title, next, compiled: compiled.size },
        total: stale && new Set([...stale, ...compiled]).size,
        elapsedMs: performance.now() - started,
      }),
    );
  void stalePackages(module, flags, packages).then((list) => {
    stale = list;
  });
  const clock = setInterval(show, 1_000);
  const said: string[] = [];
  const args = ["build", "-v", ...flags, "-ldflags", linking, "-o", into, ...packages];
  const code = await runGo(module, args, "stderr", (line) => {
    said.push(line);
    // Other lines are complaints.
    if (importPath.test(line)) compiled.add(line);
    show();
  }).finally(() => clearInterval(clock));
  if (code !== 0)
    throw new Error(`go build ${packages.join(" ")}:\n${said.slice(-lastLines).join("\n")}`);
  for (const [program, main] of programs) {
    const file = join(made, onlyProgram === undefined ? executableName(main) : program);
    if (module.target !== undefined)
      writeFileSync(file, limitMemory(readFileSync(file), module.target.maximumMemoryPages));
    renameSync(file, join(aside, program));
  }
}

/** Packages that a build compiles, since the build cache does not have them; none when unknown. */
async function stalePackages(
  module: ToolModule,
  flags: readonly string[],
  packages: readonly string[],
): Promise<readonly string[]> {
  const format = "{{if .Stale}}{{.ImportPath}}{{end}}";
  const stale: string[] = [];
  await runGo(module, ["list", "-deps", ...flags, "-f", format, ...packages], "stdout", (line) => {
    if (line !== "") stale.push(line);
  });
  return stale;
}

function tagsOf({ tags }: ToolModule): readonly string[] {
  return tags === undefined ? [] : ["-tags", tags.join(",")];
}

/** How `go build` names the program of a main package: a last element such as v3 does not count. */
export function executableName(main: string): string {
  const elements = main.split("/");
  const last = elements.at(-1) ?? main;
  return (/^v[0-9]+$/.test(last) ? elements.at(-2) : undefined) ?? last;
}
