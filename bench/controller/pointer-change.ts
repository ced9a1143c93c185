import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Ground, namespace } from "./ground.ts";
import { pointerObject } from "./objects.ts";

/** The project whose pointer people change while it is measured. */
export const probe = "probe";

/** From kubectl apply to the commit on the server, in milliseconds; nobody else commits. */
export async function changePointer(ground: Ground, number: number): Promise<number> {
  const ref = join(ground.gitOps, "refs", "heads", "main");
  const before = readFileSync(ref, "utf8");
  const started = performance.now();
  await ground.kubectl.apply(namespace, pointerObject("dev", { project: probe, number }));
  const deadline = Date.now() + 60_000;
  while (readFileSync(ref, "utf8") === before) {
    if (Date.now() > deadline) throw new Error(`release ${number} was not committed`);
    await sleep(2);
  }
  return performance.now() - started;
}
