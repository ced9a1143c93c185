import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "undici";

/** Ticks of /proc/<pid>/stat in a second: USER_HZ, the same on every Linux platform of ours. */
const ticksPerSecond = 100;

export interface Memory {
  readonly residentMb: number;
  readonly peakMb: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1_024;
  return { residentMb: field("VmRSS"), peakMb: field("VmHWM") };
}

/** Processor time that a process has had, in seconds. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, in parentheses, may hold spaces; user and system time are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Percent of one core that a process takes over some seconds. */
export async function processorPercent(pid: number, seconds: number): Promise<number> {
  const [before, started] = [processorSeconds(pid), performance.now()];
  await sleep(seconds * 1_000);
  return ((processorSeconds(pid) - before) / ((performance.now() - started) / 1_000)) * 100;
}

/** The samples of a Prometheus metric, summed over its labels. */
export async function metric(url: string, name: string): Promise<number> {
  return sampleOf(await metricsOf(url), name);
}

async function metricsOf(url: string): Promise<string> {
  // No connection is kept: the server may close one just when it is asked again.
  const { body } = await request(`${url}/metrics`, { reset: true });
  return body.text();
}

function sampleOf(text: string, name: string): number {
  const lines = text.split("\n").filter((line) => line.startsWith(name));
  return lines
    .filter((line) => line[name.length] === "{" || line[name.length] === " ")
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

/** Between two looks at the metrics, which cost the process that is measured. */
const lookMs = 250;

/** Waits until every work queue has been empty for half a second. */
export async function untilQuiet(url: string, withinMs = 300_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  let [quietSince, last] = [performance.now(), -1];
  while (performance.now() - quietSince < 500) {
    if (Date.now() > deadline) throw new Error("the controller did not come to rest");
    await sleep(lookMs);
    const metrics = await metricsOf(url);
    const reconciles = sampleOf(metrics, "forge_reconcile_total");
    const depth = sampleOf(metrics, "forge_workqueue_depth");
    if (depth > 0 || reconciles !== last) quietSince = performance.now();
    last = reconciles;
  }
}
