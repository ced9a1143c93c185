import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = "/sys/fs/cgroup";

/** Folders at the top of each hierarchy: one with cgroup v2; before, one a controller and v2's. */
function hierarchies(): string[] {
  if (existsSync(join(root, "cgroup.controllers"))) return [root];
  return readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , type]) => type?.startsWith("cgroup"))
    .map(([, folder = ""]) => folder);
}

/** What keeps a cgroup from being made here; undefined when nothing does. */
export function cannotMakeCgroups(): string | undefined {
  const places = hierarchies();
  if (places.length === 0) return `there are no cgroups below ${root}`;
  try {
    for (const place of places) {
      const trial = join(place, `forge-trial-${process.pid}`);
      mkdirSync(trial);
      rmdirSync(trial);
      // With v2 the controllers of a group are given to it by its parent.
      if (place === root) writeFileSync(join(root, "cgroup.subtree_control"), "+memory +pids");
    }
    return undefined;
  } catch (error) {
    return `no cgroup may be made: ${error instanceof Error ? error.message : error}`;
  }
}

/** Makes a group in every hierarchy. */
export function makeCgroup(name: string): void {
  for (const place of hierarchies()) mkdirSync(join(place, name), { recursive: true });
}

/** Removes a group and what is below it, whose processes have ended. */
export async function removeCgroup(name: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (const place of hierarchies()) {
    // The kernel lets go of a process a moment after it has ended.
    while (!isRemoved(join(place, name))) {
      if (Date.now() > deadline) throw new Error(`${join(place, name)} still holds processes`);
      await sleep(50);
    }
  }
}

function isRemoved(folder: string): boolean {
  if (!existsSync(folder)) return true;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !isRemoved(join(folder, entry.name))) return false;
    }
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
