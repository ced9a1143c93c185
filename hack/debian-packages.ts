import { spawnSync } from "node:child_process";
import { hasProgram } from "../test/ground/programs.ts";

/** Programs that come from Debian, and the tests that are skipped without them. */
export const debianPackages: Readonly<Record<string, { package: string; without: string }>> = {
  skopeo: { package: "skopeo", without: "skopeo reading a release image" },
  "docker-registry": { package: "docker-registry", without: "distribution 2.8 as a registry" },
  tmux: { package: "tmux", without: "the forge command in a terminal" },
  zsh: { package: "zsh", without: "completion in zsh" },
  fish: { package: "fish", without: "completion in fish" },
  postgres: { package: "postgresql", without: "the ledger in PostgreSQL" },
};

export function missingPrograms(): string[] {
  return Object.keys(debianPackages).filter((program) => !hasProgram(program));
}

/** Whether packages may be installed: where somebody asked for it, and as root in CI. */
export function mayInstallPackages(env: NodeJS.ProcessEnv = process.env): boolean {
  return env["APT"] === "1" || (env["CI"] === "true" && process.getuid?.() === 0);
}

/** Installs packages by apt-get; a package that could not be installed is still missing then. */
export function installPackages(packages: readonly string[]): void {
  if (packages.length === 0 || !attempt("apt-get", "--version")) return;
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const apt = (...args: string[]): boolean => {
    const [command = "apt-get", ...rest] = [...sudo, "apt-get", ...args];
    return attempt(command, ...rest);
  };
  console.log(`setup: installing ${packages.join(", ")}`);
  // The package list may be absent or old: it is updated only when the first try fails.
  const args = ["install", "--yes", "--no-install-recommends", ...packages];
  if (!apt(...args) && apt("update")) apt(...args);
}

function attempt(command: string, ...args: string[]): boolean {
  const done = spawnSync(command, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    timeout: 600_000,
  });
  return done.status === 0;
}
