import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ForgeError } from "../api/index.ts";
import type { RecordedObject } from "./facts/facts-of.ts";
import type { Fact, Ledger } from "./ports.ts";
import { Recorder } from "./recorder.ts";
import { approval, deployment, release } from "./testing/objects.ts";

/** A ledger that fails on demand; the real one is not a thing that does. */
class FailingLedger {
  readonly facts = new Map<string, Fact>();
  failures: ForgeError[] = [];
  refusedKey: string | undefined;
  appends = 0;

  readonly append: Ledger["append"] = async (facts) => {
    this.appends += 1;
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    if (facts.some(({ key }) => key === this.refusedKey)) {
      throw new ForgeError("LedgerEntryInvalid", "too large");
    }
    const recorded = facts.filter(({ key }) => !this.facts.has(key));
    for (const fact of recorded) this.facts.set(fact.key, fact);
    return { recorded: recorded as never, known: facts.length - recorded.length };
  };

  readonly known: Ledger["known"] = async (keys) =>
    new Set(keys.filter((key) => this.facts.has(key)));
}

function start(objects: readonly RecordedObject[], over: object = {}) {
  const ledger = new FailingLedger();
  const waits: number[] = [];
  const warnings: string[] = [];
  const recorder = new Recorder({
    ledger,
    objects: () => objects,
    log: { info: () => undefined, warn: (_fields, message) => warnings.push(message) },
    sleep: async (ms) => {
      waits.push(ms);
      await turn();
    },
    random: () => 1,
    ...over,
  });
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  return {
    ...{ ledger, recorder, waits, warnings },
    run: async () => {
      running ??= recorder.run(stop.signal);
      for (let index = 0; index < 200; index += 1) await turn();
    },
    stop: async () => {
      stop.abort();
      await running;
    },
  };
}

describe("the recorder", () => {
  test("says how long a write has neither ended nor failed", async () => {
    let now = 0;
    const append = Promise.withResolvers<never>();
    const hanging = { known: async () => new Set(), append: () => append.promise };
    const { recorder, run, stop } = start([release()], { ledger: hanging, monotonic: () => now });
    expect(recorder.writingMs).toBe(0);
    await run();
    now = 900_001;
    expect(recorder.writingMs).toBe(900_001);
    append.reject(new ForgeError("LedgerUnavailable", "it is away"));
    await stop();
    // It failed, which is an end: a ledger that is away is asked again, and nothing hangs.
    expect(recorder.writingMs).toBe(0);
  });

  test("begins with all objects, by time", async () => {
    const { ledger, run, stop } = start([deployment(2), approval(), deployment(1), release()]);
    await run();
    expect([...ledger.facts.values()].map(({ event, subject }) => `${event} ${subject}`)).toEqual([
      "Requested release-1",
      "Packaged release-1",
      "Named release-1",
      "Approved approval-1",
      "Begun dev-auth-1",
      "Begun dev-auth-2",
    ]);
    await stop();
  });

  test("asks the ledger once for what it is shown again and again", async () => {
    const { ledger, recorder, run, stop } = start([release()]);
    await run();
    const { appends } = ledger;
    for (let times = 0; times < 5; times += 1) recorder.seen(release());
    await run();
    expect(ledger.appends).toBe(appends);
    recorder.seen(deployment(1));
    await run();
    expect(ledger.facts.size).toBe(4);
    await stop();
  });

  test("goes on where it was when the ledger comes back, waiting longer each time", async () => {
    const { ledger, recorder, waits, run, stop } = start([]);
    await run();
    ledger.failures = [1, 2, 3].map(() => new ForgeError("LedgerUnavailable", "gone"));
    recorder.seen(deployment(1));
    recorder.gone(approval());
    await run();
    expect(waits).toEqual([250, 500, 1_000]);
    expect(ledger.facts.size).toBe(3);
    expect(recorder.pending).toBe(0);
    await stop();
  });

  test("is not held up by a fact that cannot be recorded", async () => {
    const { ledger, recorder, warnings, run, stop } = start([]);
    ledger.refusedKey = "Deployment/team/dev-auth-2/Begun";
    await run();
    for (const sequence of [1, 2, 3]) recorder.seen(deployment(sequence));
    await run();
    expect([...ledger.facts.values()].map(({ subject }) => subject)).toEqual([
      "dev-auth-1",
      "dev-auth-3",
    ]);
    expect(warnings).toEqual(["ledger cannot hold a fact"]);
    await stop();
  });

  test("keeps a bounded queue, and reads again what did not fit", async () => {
    const objects: RecordedObject[] = [];
    const { ledger, recorder, run, stop } = start(objects);
    await run();
    ledger.failures = Array.from({ length: 3 }, () => new ForgeError("LedgerUnavailable", "gone"));
    for (let sequence = 1; sequence <= 10_200; sequence += 1) {
      const object = deployment(sequence);
      objects.push(object);
      recorder.seen(object);
    }
    expect(recorder.pending).toBe(10_000);
    await run();
    expect(ledger.facts.size).toBe(10_200);
    await stop();
  });

  test("reads a deployment whole before it is new, and only then", async () => {
    const trimmed = deployment(1);
    const rules = [{ rule: "branches", passed: true, reason: "Allowed", message: "main" }];
    const full = { ...trimmed, spec: { ...trimmed.spec, decision: { allowed: true, rules } } };
    const asked: string[] = [];
    const whole = async ({ metadata }: { metadata: { name: string } }) => {
      asked.push(metadata.name);
      return metadata.name === "dev-auth-1" ? full : undefined;
    };
    const { ledger, recorder, run, stop } = start([trimmed, deployment(2)], { whole });
    await run();
    expect(ledger.facts.get("Deployment/team/dev-auth-1/Begun")?.details).toMatchObject({
      decision: { rules },
    });
    recorder.seen(trimmed);
    recorder.seen(deployment(1, { outcome: "Failed" }));
    await run();
    expect(asked).toEqual(["dev-auth-1", "dev-auth-2"]);
    expect(ledger.facts.size).toBe(3);
    await stop();
  });
});
