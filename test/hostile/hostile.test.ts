import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PluginClient } from "../../src/plugin/testing/plugin-client.ts";
import { seededRandom } from "./random.ts";
import { type AttackReport, attack, reportLine } from "./run/attack.ts";
import { FlightLog } from "./run/flight-log.ts";
import { HealthWatch } from "./run/health-watch.ts";
import { type HostileGround, startHostileGround } from "./run/hostile-ground.ts";
import { memoryLimits, peakMemory } from "./run/memory.ts";
import { landingBoundMs } from "./run/neighbour.ts";
import { slotsInUse } from "./run/slots.ts";
import { readSettings, repeatCommand, seedLimit } from "./settings.ts";

const settings = readSettings(process.env, () => randomInt(seedLimit));
const programs = ["controller", "server", "plugin"] as const;
const probed = [...programs, "plugin by its socket"];
const healthBoundMs = 1_000;
const mebibyte = 1024 * 1024;
/** Before and behind the attack itself. */
const aroundMs = 90_000;

describe("programs that are sent hostile inputs", () => {
  const flights = new FlightLog();
  const reports: AttackReport[] = [];
  let ground: HostileGround;
  let watch: HealthWatch;
  let slots: Readonly<Record<string, number>>;

  beforeAll(
    async () => {
      const { seconds, seed, surfaces } = settings;
      ground = await startHostileGround((socket) => new PluginClient(socket));
      watch = new HealthWatch([
        ...(["controller", "plugin"] as const).map((name) => ({
          ...{ name, pid: ground[name].process.pid, url: `${ground[name].url}/healthz` },
        })),
        {
          ...{ name: "server", pid: ground.server.process.pid },
          url: `${ground.server.healthUrl}/healthz`,
        },
        { name: "plugin by its socket", pid: ground.plugin.process.pid, socket: ground.socket },
      ]);
      const deadline = performance.now() + seconds * 1_000;
      const chosen = ground.surfaces.filter(({ name }) => surfaces.includes(name));
      const attacks = chosen.map((surface, index) =>
        attack(surface, seededRandom(seed + index), { deadline, flights }),
      );
      const [sent] = await Promise.all([Promise.all(attacks), ground.neighbour.run(deadline)]);
      reports.push(...sent);
      slots = await slotsAtRest();
      await watch.stop();
      const lines = [
        `${seconds} s, seed ${seed}; repeat with: ${repeatCommand(settings)}`,
        ...reports.map(reportLine),
        ...probed.map(slowestLine),
        ...programs.map(memoryLine),
        landingLine(),
      ];
      console.log(lines.join("\n"));
    },
    settings.seconds * 1_000 + aroundMs,
  );

  afterAll(async () => {
    await watch?.stop();
    await ground?.stop();
  });

  /** Work that was under way comes to its end first. */
  async function slotsAtRest(): Promise<Readonly<Record<string, number>>> {
    const until = performance.now() + 20_000;
    for (;;) {
      const found = await slotsInUse(ground.server.healthUrl);
      const isAtRest = Object.values(found).every((count) => count === 0);
      if (isAtRest || performance.now() > until) return found;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  const slowestOf = (name: string) =>
    watch.of(name).reduce((slowest, { tookMs }) => Math.max(slowest, tookMs), 0);
  const slowestLine = (name: string) =>
    `${name}: ${watch.of(name).length} probes, slowest ${Math.round(slowestOf(name))} ms`;
  const memoryLine = (name: (typeof programs)[number]) => {
    const { pid } = ground[name].process;
    const peak = ground[name].process.isRunning() ? peakMemory(pid) / mebibyte : Number.NaN;
    return `${name}: at most ${Math.round(peak)} MiB of ${memoryLimits()[name] / mebibyte}`;
  };
  const landingLine = () => {
    const times = ground.neighbour.landings.map(({ tookMs }) => tookMs);
    return `neighbour: ${times.length} deployments, slowest ${Math.round(Math.max(...times))} ms`;
  };

  test.each(settings.surfaces)("%s were sent", (name) => {
    const [report] = reports.filter(({ surface }) => surface === name);
    expect(report?.sent.size).toBeGreaterThan(0);
  });

  test.each(probed)(`answer that they are well within ${healthBoundMs} ms: %s`, (name) => {
    const late = watch
      .of(name)
      .filter(({ tookMs, failure }) => tookMs > healthBoundMs || failure !== undefined)
      .map(({ at, tookMs, failure = "" }) => ({
        answer: `after ${Math.round(tookMs)} ms ${failure}`.trim(),
        meanwhile: flights.during(at, at + tookMs),
      }));
    expect(late).toEqual([]);
    expect(watch.of(name).length).toBeGreaterThan(settings.seconds);
  });

  test(`land another tenant's deployments within ${landingBoundMs} ms`, () => {
    const { landings } = ground.neighbour;
    expect(landings.length).toBeGreaterThan(0);
    expect(landings.filter(({ stuck }) => stuck !== undefined)).toEqual([]);
  });

  test("turn no request of another tenant away", () => {
    expect(ground.neighbour.turnedAway).toEqual([]);
  });

  test.each(programs)("go on, without a restart: %s", (name) => {
    expect(ground[name].process.isRunning()).toBe(true);
  });

  test.each(programs)("stay within the memory of their container: %s", (name) => {
    expect(peakMemory(ground[name].process.pid)).toBeLessThan(memoryLimits()[name]);
  });

  test("give back every slot", () => {
    expect(Object.keys(slots)).not.toEqual([]);
    expect(Object.entries(slots).filter(([, count]) => count > 0)).toEqual([]);
  });
});
