// A controller on a real API server while everything around it breaks at random:
//   node test/soak/main.ts [--seconds 600] [--seed N] [--objects 60]
// It ends by itself, and with 1 unless the cache is a fresh list and every object was looked at
// after its last change.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { startControlPlane, startFaultProxy } from "../ground/index.ts";
import {
  ConfigMapController,
  clientOf,
  deliveriesOf,
  versionsOf,
} from "../system/controller/config-map-controller.ts";
import { caOf, kubeconfigVia } from "../system/ground/kubeconfig-via.ts";
import { Disturbances } from "./disturbances.ts";
import { Mutations } from "./mutations.ts";
import { seededRandom } from "./random.ts";

const namespace = "default";
/** After the last fault: a stalled watch is noticed in five seconds, a delay is thirty at most. */
const recoveryMs = 60_000;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    objects: { type: "string", default: "60" },
  },
});
const read = (name: "seconds" | "seed" | "objects", most: number): number => {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number > 0 && number <= most) return number;
  throw new Error(`--${name}: a whole number from 1 to ${most}`);
};
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Verdict {
  readonly late: readonly string[];
  readonly missed: readonly string[];
  readonly twice: readonly string[];
  readonly cacheDiffers: boolean;
}

async function soak(folder: string): Promise<boolean> {
  const seconds = read("seconds", 86_400);
  const seed = read("seed", 2 ** 31);
  const random = seededRandom(seed);
  say(`soak: ${seconds} s, seed ${seed} (repeat with --seed ${seed})`);
  const plane = await startControlPlane({ folder });
  const proxy = await startFaultProxy(plane.url, caOf(plane.kubeconfig));
  const kubeconfig = kubeconfigVia(plane.kubeconfig, proxy.url);
  const controller = new ConfigMapController(kubeconfig, namespace, { livenessMs: 5_000 });
  const direct = clientOf(plane.kubeconfig);
  try {
    await controller.start();
    const deadline = performance.now() + seconds * 1_000;
    const mutations = new Mutations(direct.client, random, read("objects", 1_000));
    const disturbances = new Disturbances(plane, proxy, seededRandom(seed + 1));
    const restarts = Math.max(2, Math.floor(seconds / 60));
    await Promise.all([mutations.run(deadline, 50), disturbances.run(deadline, restarts)]);
    say(`changes: ${mutations.made}; disturbances: ${JSON.stringify(disturbances.counts)}`);

    const healedAt = performance.now();
    let verdict = await judge(controller, mutations, direct.client);
    while (!isSound(verdict) && performance.now() - healedAt < recoveryMs) {
      await sleep(250);
      verdict = await judge(controller, mutations, direct.client);
    }
    const { lists, watches, reconnects, missed } = controller.informer.stats;
    say(
      `informer: ${lists} lists, ${watches} watches, ${reconnects} reconnects, ${missed} changes found by a list; ${controller.reconciles} reconciles`,
    );
    say(`converged ${((performance.now() - healedAt) / 1_000).toFixed(1)} s after the last fault`);
    say(`cache ${verdict.cacheDiffers ? "differs from" : "equals"} a fresh list`);
    say(
      `late: ${verdict.late.length || "none"}; missed: ${verdict.missed.length || "none"}; delivered twice: ${verdict.twice.length || "none"}`,
    );
    for (const [what, names] of Object.entries(verdict)) {
      if (Array.isArray(names) && names.length > 0) say(`${what}: ${names.join(", ")}`);
    }
    return isSound(verdict);
  } finally {
    await controller.stop();
    await direct.connection.close();
    await proxy.stop();
    await plane.stop();
  }
}

/** Late is what was looked at, but not as it is now; missed is what was never looked at since. */
async function judge(
  controller: ConfigMapController,
  mutations: Mutations,
  client: Parameters<ConfigMapController["listed"]>[0],
): Promise<Verdict> {
  const listed = await controller.listed(client);
  const standing = new Map(listed.map((object) => [object.metadata.name, object]));
  const late: string[] = [];
  const missed: string[] = [];
  const twice: string[] = [];
  for (const [name, { content }] of mutations.last) {
    const object = standing.get(name);
    if (!controller.looks.has(name) && content !== undefined) missed.push(name);
    else if (controller.looks.get(name) !== object?.metadata.resourceVersion) late.push(name);
    if (object === undefined) continue;
    const deliveries = deliveriesOf(object);
    if (deliveries.at(-1) !== content) missed.push(`${name} (${content})`);
    if (new Set(deliveries).size !== deliveries.length) twice.push(name);
  }
  const cacheDiffers = !isDeepStrictEqual(controller.cached(), versionsOf(listed));
  return { late, missed, twice, cacheDiffers };
}

function isSound({ late, missed, twice, cacheDiffers }: Verdict): boolean {
  return late.length + missed.length + twice.length === 0 && !cacheDiffers;
}

const folder = mkdtempSync(join(tmpdir(), "forge-soak-"));
try {
  process.exitCode = (await soak(folder)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`soak: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
