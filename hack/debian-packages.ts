import { spawnSync } from "node:child_process";
import { postgresPrograms } from "../test/ground/postgres.ts";

/** Programs that come from Debian, and what is left out where they cannot be installed. */
export const debianPackages: Readonly<Record<string, { package: string; without: string }>> = {
  skopeo: {
    package: "skopeo",
    without: "the test that skopeo reads a release image is skipped",
  },
  "docker-registry": {
    package: "docker-registry",
    without: "the tests against distribution 2.8 fail",
  },
  tmux: {
    package: "tmux",
    without: "the tests of the command in a terminal fail",
  },
  zsh: { package: "zsh", without: "the test of its completion in zsh fails" },
  fish: { package: "fish", without: "the test of its completion in fish fails" },
  postgres: {
    package: "postgresql",
    without: "the tests of the ledger against PostgreSQL fail",
  },
};

function isThere(program: string): boolean {
  // Debian keeps it off PATH, in a folder of its version.
  if (program === "postgres") return postgresPrograms() !== undefined;
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}

export function missingPrograms(): string[] {
  return Object.keys(debianPackages).filter((program) => !isThere(program));
}

/** Installs packages, where that is allowed; what could not be installed is still missing then. */
export function installPackages(packages: readonly string[]): void {
  if (packages.length === 0 || !attempt("apt-get", "--version")) return;
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const apt = (...args: string[]): boolean => {
    const [command = "apt-get", ...rest] = [...sudo, "apt-get", ...args];
    return attempt(command, ...rest);
  };
  console.log(`setup: installing ${packages.join(", ")}`);
  // The list of packages may be absent or old: ask for it only when the first try fails.
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
