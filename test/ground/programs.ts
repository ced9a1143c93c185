import { spawnSync } from "node:child_process";
import { postgresPrograms } from "./postgres.ts";

/** Whether this machine has a program that some tests need and that `make setup APT=1` installs. */
export function hasProgram(program: string): boolean {
  // Debian keeps it off PATH, in a folder of its version.
  if (program === "postgres") return postgresPrograms() !== undefined;
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}
