import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import {
  Connection,
  Informer,
  KubeClient,
  type KubeObject,
  sleep,
  systemClock,
} from "../../../controller/kube/index.ts";
import {
  releaseApprovalKind,
  releaseDeploymentKind,
  releaseKind,
  releasePointerKind,
} from "../../../src/api/index.ts";
import {
  type Entry,
  type Ledger,
  openLedger,
  type RecordedObject,
  Recorder,
} from "../../../src/ledger/index.ts";
import { fact } from "../../../src/ledger/testing/facts.ts";
import { createLogger } from "../../../src/telemetry/index.ts";
import { type Controller, output, programPath } from "../../ground/index.ts";
import { Journey } from "../ground/journey.ts";
import { present } from "../ground/workspace.ts";

/** A ledger that watched everything, and what is left to rebuild it from when it is lost. */
describe("a ledger that is rebuilt", () => {
  const journey = new Journey("ledger");
  const folder = mkdtempSync(join(tmpdir(), "forge-ledger-"));
  const stop = new AbortController();
  const log = createLogger("error", {}, { write: () => undefined });
  let controller: Controller;
  let connection: Connection;
  let informers: readonly Informer<RecordedObject & KubeObject>[] = [];
  let original: Ledger;
  let recording: Promise<void>;

  const recorderOf = (ledger: Ledger) =>
    new Recorder({
      ledger,
      objects: () => informers.flatMap(({ cache }) => [...cache.list()]),
      log,
      sleep: (ms, signal) => sleep(systemClock, ms, signal),
      random: Math.random,
    });

  const entriesOf = async (ledger: Ledger): Promise<Entry[]> => {
    const entries: Entry[] = [];
    for await (const line of ledger.export()) entries.push(JSON.parse(line) as Entry);
    return entries;
  };

  /** What was recorded, whenever that was and in whatever order. */
  const told = ({ key, kind, event, time, recordedAt, actor, subject, details }: Entry) => ({
    ...{ key, kind, event, actor, subject, details },
    // What no object dates was taken to have happened when it was recorded.
    time: time === recordedAt ? undefined : time,
  });

  /** A ledger with nothing in it, and what refills it and answers what that said. */
  const lostLedger = () => {
    const file = join(mkdtempSync(join(folder, "rebuilt-")), "ledger.db");
    const refill = () =>
      output(process.execPath, [
        ...[
          programPath("forge-server"),
          "refill-ledger",
          `--ledger=${file}`,
          "--allowed-range=127.0.0.0/8",
        ],
        ...[`--kubeconfig=${journey.ground.kubeconfig}`, `--namespace=${journey.namespace}`],
        `--registry=${journey.ground.registry}/releases`,
      ]);
    return { file, refill };
  };

  beforeAll(async () => {
    await journey.create();
    await journey.bind("alice", "forge-view", "forge-approver");
    const dev = journey.environment("dev", { autoDeploy: true }) as { spec: object };
    const approvals = { requiresApproval: true, approvals: { required: 1 } };
    await journey.apply(
      { ...dev, spec: { ...dev.spec, revisionHistoryLimit: 2 } },
      journey.environment("production", approvals),
    );
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(journey.ground.kubeconfig);
    connection = new Connection(kubeConfig, { userAgent: "forge-test" });
    const client = new KubeClient(connection);
    const { namespace } = journey;
    informers = [releaseKind, releaseDeploymentKind, releaseApprovalKind, releasePointerKind].map(
      (resource) => new Informer<RecordedObject & KubeObject>({ client, resource, log, namespace }),
    );
    original = await openLedger({ sqlite: join(folder, "original.db") });
    const recorder = recorderOf(original);
    for (const informer of informers) {
      informer.addHandler((type, object) =>
        type === "deleted" ? recorder.gone(object) : recorder.seen(object),
      );
      void informer.run(stop.signal);
    }
    for (const informer of informers) await informer.waitForSync(stop.signal);
    recording = recorder.run(stop.signal);
    controller = await journey.controller();
  });

  afterAll(async () => {
    stop.abort();
    await recording;
    await original.close();
    await connection.close();
    await controller.process.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("the story is told: releases, deployments, refusals, approvals", async () => {
    for (const number of [1, 2, 3]) {
      expect(await journey.released()).toBe(number);
      await journey.deployed("dev", number);
    }
    await journey.apply(journey.pointer("production", "2"));
    await journey.refused("production", "ApprovalMissing");
    const kept = await journey.judge("alice", "production", 2);
    await journey.deployed("production", 2);
    const gone = await journey.judge("alice", "production", 3, { decision: "Reject" });
    await vi.waitFor(
      async () => {
        expect((await original.read({ subject: gone })).items).toHaveLength(1);
      },
      { timeout: 20_000 },
    );
    await journey.kubectl.output(["-n", journey.namespace, "delete", "releaseapproval", gone]);
    await journey
      .as("alice")
      .output([
        ...["-n", journey.namespace, "patch", "releaseapproval", kept, "--type=merge", "-p"],
        JSON.stringify({ spec: { revoked: { by: "alice", reason: "Seen too early." } } }),
      ]);
    await journey.outcomes("dev", ["Superseded", "Active"]);
    await vi.waitFor(
      async () => {
        const { items } = await original.read({ limit: 500 });
        const events = items.map(({ kind, event }) => `${kind} ${event}`);
        expect(events).toEqual(
          expect.arrayContaining([
            "Release Requested",
            "Release Packaged",
            "Deployment Begun",
            "Deployment Committed",
            "Deployment Superseded",
            "Decision Refused",
            "Decision Allowed",
            "Approval Approved",
            "Approval Rejected",
            "Approval Revoked",
            "Approval Deleted",
          ]),
        );
        expect(items.filter(({ event }) => event === "Committed")).toHaveLength(4);
        expect(items.filter(({ event }) => event === "Superseded")).toHaveLength(2);
      },
      { timeout: 20_000, interval: 100 },
    );
    expect(await original.verify()).not.toHaveProperty("damage");
  });

  test("a deployment tells its whole course", async () => {
    const pointer = { namespace: journey.namespace, repository: journey.repository };
    const { items } = await original.deployments({
      ...pointer,
      project: "auth",
      environment: "dev",
    });
    expect(items.map(({ outcome, details }) => [details["sequence"], outcome])).toEqual([
      [3, "Committed"],
      [2, "Superseded"],
      [1, "Superseded"],
    ]);
    expect(items[1]?.details).toMatchObject({
      release: { number: 2 },
      decision: { allowed: true },
    });
    expect(items[1]?.endedAt).toBe(items[0]?.committedAt);
  });

  test("it says the same, but for API actions, pruned history and deleted approvals", async () => {
    await original.append([fact(1)]);
    const { file, refill } = lostLedger();
    // The cluster first, which knows most; then Git and the registry, for what it lost.
    const said = await refill();
    const [, count = ""] = /^(\d+) entries from \d+ objects of the cluster$/m.exec(said) ?? [];
    expect(Number(count)).toBeGreaterThan(10);
    expect(said).toMatch(/^2 entries from 3 deployments to [^ ]+\/dev in Git$/m);
    expect(said).toMatch(/^0 entries from 1 deployments to [^ ]+\/production in Git$/m);
    // The cluster still had them: the images say nothing new, by the same keys.
    expect(said).toMatch(/^0 entries from 3 images of /m);
    const again = await refill();
    expect(again.match(/^\d+ entries from/gm)).toEqual(Array(4).fill("0 entries from"));
    const rebuilt = await openLedger({ sqlite: file });
    onTestFinished(() => rebuilt.close());
    const fromCluster = (await entriesOf(rebuilt)).slice(0, Number(count));

    const before = new Map((await entriesOf(original)).map((entry) => [entry.key, told(entry)]));
    for (const entry of fromCluster) expect(told(entry)).toEqual(before.get(entry.key));
    const after = new Map((await entriesOf(rebuilt)).map((entry) => [entry.key, told(entry)]));
    const lost = [...before.values()].filter(({ key }) => !after.has(key));
    const shown = [...after.values()].filter(({ kind }) => kind === "Decision");
    expect(shown).toHaveLength(2);
    expect(lost.map(({ kind, event }) => `${kind} ${event}`).toSorted()).toEqual(
      [
        "Action Deploy",
        "Approval Deleted",
        "Approval Rejected",
        // Of the deployment whose record went by count; that it ran, Git says.
        "Deployment Superseded",
        ...lost.filter(({ kind }) => kind === "Decision").map(({ event }) => `Decision ${event}`),
      ].toSorted(),
    );
    const fromGit = [...after.values()].filter(
      ({ key }) => !fromCluster.some((e) => e.key === key),
    );
    expect(fromGit.map(({ event }) => event)).toEqual(["Begun", "Committed"]);
    const [begun, committed] = fromGit;
    expect(before.get(begun?.key ?? "")?.details).toMatchObject(begun?.details ?? {});
    expect(committed).toMatchObject({ details: before.get(committed?.key ?? "")?.details });
    expect(await rebuilt.verify()).not.toHaveProperty("damage");
  });

  test("nothing is decided from it: whatever it claims, the policy says the same", async () => {
    const name = journey.pointerName("production");
    const decide = async () => {
      for (const release of ["1", "3"]) {
        await journey.ask("production", { release, request: { type: "Deploy", by: "admin" } });
        await journey.waitForField("releasepointer", name, ".status.resolved.number", release);
      }
      await journey.refused("production", "ApprovalMissing");
      const { status } = await journey.get("releasepointer", name);
      return present((status as { decision?: object }).decision);
    };
    const before = await decide();
    const { items } = await original.read({ kinds: ["Approval"], events: ["Approved"] });
    const given = present(items[0]);
    const { commit, number, image } = (await journey.get("release", "release-3")).status as never;
    const forged = { ...given, key: "Approval/forged/Given", subject: "forged" };
    const release = { ...(given.details["release"] as object), commit, number, image };
    await original.append([{ ...forged, details: { ...given.details, release } as never }]);
    expect(await decide()).toEqual(before);
  });

  test("a release that the cluster dropped is told by its image", async () => {
    const packaged = { kinds: ["Release"], events: ["Packaged"] } as const;
    const numberOne = ({ items }: { items: readonly Entry[] }) =>
      present(items.find(({ details }) => details["number"] === 1));
    const before = numberOne(await original.read(packaged));
    await journey.kubectl.output(["-n", journey.namespace, "delete", "release", "release-1"]);
    const { file, refill } = lostLedger();
    expect(await refill()).toMatch(/^[1-9] entries from 3 images of /m);
    const rebuilt = await openLedger({ sqlite: file });
    onTestFinished(() => rebuilt.close());
    const { key, details } = numberOne(await rebuilt.read(packaged));
    expect(key).toBe(before.key);
    expect(before.details).toMatchObject(details);
  });
});
