import { setImmediate as nextTurn } from "node:timers/promises";
import { Registry } from "prom-client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ControllerMetrics, type Loop } from "../../controller/index.ts";
import {
  type KubeClient,
  type KubeObject,
  type Resource,
  systemClock,
  type WatchEvent,
} from "../../controller/kube/index.ts";
import { createLogger } from "../telemetry/index.ts";
import { cachesOf, createInformers, type Informers } from "./informers.ts";
import { createLoops } from "./loops.ts";
import type { ReconcilerDeps } from "./ports.ts";

const log = createLogger("error", {}, { write: () => undefined });
const commit = "a".repeat(40);
const settled = {
  number: 1,
  image: { digest: "sha256:1" },
  conditions: [{ type: "Ready", status: "True" }],
};

let version = 0;

function object(kind: string, name: string, generation: number, rest: object): KubeObject {
  const resourceVersion = String(++version);
  const metadata = { namespace: "ns", name, uid: name, generation, resourceVersion };
  return { apiVersion: "forge.dev/v1alpha1", kind, metadata, ...rest };
}

const release = (name: string, project: string, status?: object) =>
  object("Release", name, 1, {
    spec: { repository: "r", project, commit, artifacts: [], source: { manifests: "x" } },
    ...(status && { status }),
  });
const pointer = (
  name: string,
  project: string,
  wanted: string,
  generation = 1,
  environment = "dev",
) =>
  object("ReleasePointer", name, generation, {
    spec: { environment, repository: "r", project, release: wanted },
  });
const environment = (generation: number) =>
  object("Environment", "dev", generation, { spec: { gitOps: {} } });
const project = (name: string) =>
  object("Project", name, 1, { spec: { repository: "r", name }, status: {} });

/** A cluster whose every change the test decides; the order of what is told is what it is for. */
class Script {
  readonly objects = new Map<string, KubeObject[]>();
  readonly #watches = new Map<string, (event: WatchEvent<KubeObject>) => void>();

  readonly client = {
    list: async function* (this: Script, { plural }: Resource) {
      yield { items: this.objects.get(plural) ?? [], resourceVersion: "1" };
    }.bind(this),
    watch: async function* (
      this: Script,
      { plural }: Resource,
      { signal }: { signal: AbortSignal },
    ) {
      for (;;) {
        const next = Promise.withResolvers<WatchEvent<KubeObject>>();
        this.#watches.set(plural, next.resolve);
        signal.addEventListener("abort", () => next.reject(signal.reason), { once: true });
        yield await next.promise;
      }
    }.bind(this),
  } as unknown as KubeClient;

  async tell(plural: string, type: "ADDED" | "MODIFIED", told: KubeObject): Promise<void> {
    await this.#watching(plural);
    const tell = this.#watches.get(plural);
    this.#watches.delete(plural);
    tell?.({ type, object: told });
    // Taken once the next one is waited for.
    await this.#watching(plural);
  }

  async #watching(plural: string): Promise<void> {
    while (!this.#watches.has(plural)) await nextTurn();
  }
}

let script: Script;
let informers: Informers;
let loops: readonly Loop[];
let stop: AbortController;
let running: Promise<unknown>;

async function start(): Promise<void> {
  const shared = { client: script.client, log, clock: systemClock, random: () => 0.5 };
  informers = createInformers(shared);
  const deps = { ...shared, caches: cachesOf(informers) } as unknown as ReconcilerDeps;
  loops = createLoops(deps, informers, [], new ControllerMetrics(new Registry()));
  const all = Object.values(informers);
  running = Promise.all(all.map((informer) => informer.run(stop.signal)));
  await Promise.all(all.map((informer) => informer.waitForSync(stop.signal)));
}

const queueOf = (name: string) => {
  const loop = loops.find((candidate) => candidate.name === name);
  if (loop === undefined) throw new Error(`no loop ${name}`);
  return loop.queue;
};

async function drain(name: string): Promise<string[]> {
  const names: string[] = [];
  while (queueOf(name).depth > 0) {
    const taken = await queueOf(name).next();
    if (taken === undefined) break;
    names.push(taken.name);
    queueOf(name).done(taken);
  }
  return names;
}

beforeEach(() => {
  script = new Script();
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await running;
});

describe("a start", () => {
  test("looks at no release that is settled, and at every one that is not", async () => {
    script.objects.set("projects", [project("p")]);
    script.objects.set("releases", [release("old", "p", settled), release("new", "q")]);
    await start();
    expect(await drain("release")).toEqual(["new"]);
    expect(new Set(await drain("project"))).toContain("r/q");
  });
});

test("a project wakes no other of its repository and namespace", async () => {
  script.objects.set("projects", [project("p"), project("q")]);
  await start();
  await drain("project");
  const changed = project("p");
  await script.tell("projects", "MODIFIED", {
    ...changed,
    metadata: { ...changed.metadata, generation: 2 },
  });
  expect(await drain("project")).toEqual(["r/p"]);
});

test("what a controller wrote itself does not bring the key back: delays may grow", async () => {
  script.objects.set("projects", [project("p")]);
  await start();
  await drain("project");
  const written = { ...project("p"), status: { observedGeneration: 1 } };
  await script.tell("projects", "MODIFIED", written);
  expect(await drain("project")).toEqual([]);
});

test("a pointer is compared with Git when its deployments went back, and not when they go on", async () => {
  const at = (sequence: number) => ({
    ...pointer("mine", "p", "1"),
    status: { deployment: { sequence, target: {} } },
  });
  script.objects.set("releasepointers", [at(5)]);
  await start();
  expect(await drain("git-watch")).toEqual(["mine"]);
  await script.tell("releasepointers", "MODIFIED", at(6));
  expect(await drain("git-watch")).toEqual([]);
  await script.tell("releasepointers", "MODIFIED", at(4));
  expect(new Set(await drain("git-watch"))).toEqual(new Set(["mine"]));
});

describe("what a person asks for goes first", () => {
  beforeEach(async () => {
    const pointers = Array.from({ length: 200 }, (_, index) =>
      pointer(`p${index}`, `p${index}`, "1"),
    );
    script.objects.set("releasepointers", [...pointers, pointer("mine", "p", "1")]);
    script.objects.set("environments", [environment(1)]);
    script.objects.set("projects", [project("p")]);
    await start();
  });

  test("ahead of all that a first list, or a resync, tells of", async () => {
    await script.tell("releasepointers", "MODIFIED", pointer("mine", "p", "2", 2));
    const order = await drain("release-pointer");
    expect(order[0]).toBe("mine");
    expect(order).toHaveLength(201);
  });

  test("ahead of the other pointers of an environment that was changed", async () => {
    await drain("release-pointer");
    await script.tell("environments", "MODIFIED", environment(2));
    await script.tell("releasepointers", "MODIFIED", pointer("mine", "p", "2", 2));
    const order = await drain("release-pointer");
    expect(order[0]).toBe("mine");
    expect(order).toHaveLength(201);
  });

  test("releases wake the pointers that name them alone", async () => {
    await drain("release-pointer");
    await script.tell("releasepointers", "ADDED", pointer("waits", "p", "7"));
    await drain("release-pointer");
    await script.tell("releases", "ADDED", release("first", "p"));
    await script.tell("releases", "ADDED", release("other", "p", { ...settled, number: 8 }));
    expect(await drain("release-pointer")).toEqual([]);
    await script.tell("releases", "ADDED", release("seven", "p", { ...settled, number: 7 }));
    expect(await drain("release-pointer")).toEqual(["waits"]);
  });
});

describe("what others tell of a deployment", () => {
  const behind = (name: string) =>
    object("Environment", name, 1, {
      spec: {
        gitOps: {},
        promotionPolicy: { autoDeploy: true, promotesFrom: [{ environment: "dev" }] },
      },
    });
  const record = (status: object) =>
    object("ReleaseDeployment", "d1", 1, {
      spec: {
        ...{ environment: "dev", repository: "r", project: "p" },
        ...{ release: { number: 1 }, request: { type: "Deploy" } },
      },
      status,
    });
  const ran = { resolved: { number: 1 }, deployed: { number: 1 }, git: { commit: "1" } };
  const runs = (status: object) => ({ ...pointer("runs", "p", "1"), status });
  const committed = { committedAt: "2026-01-01T00:00:00Z" };

  beforeEach(async () => {
    const dev = object("Environment", "dev", 1, {
      spec: { gitOps: {}, promotionPolicy: { autoDeploy: true, promotesFrom: [] } },
    });
    script.objects.set("environments", [dev, behind("staging")]);
    script.objects.set("projects", [project("p")]);
    script.objects.set("releasepointers", [runs(ran), pointer("later", "p", "1", 1, "staging")]);
    script.objects.set("releasedeployments", [record(committed)]);
    await start();
    for (const name of ["release-pointer", "auto-deploy"]) await drain(name);
  });

  test.each([
    {
      because: "a run that ended was interrupted",
      plural: "releasedeployments",
      told: () => record({ ...committed, endedAt: "2026-01-02T00:00:00Z" }),
      pointers: ["later"],
      autoDeploys: ["staging/r/p"],
    },
    {
      because: "who approved it, or how it ended, moves nothing elsewhere",
      plural: "releasedeployments",
      told: () => record({ ...committed, outcome: "Deployed" }),
      pointers: [],
      autoDeploys: [],
    },
    {
      because: "what runs now decides what may come next",
      plural: "releasepointers",
      told: () => runs({ ...ran, deployed: { number: 2 } }),
      pointers: [],
      autoDeploys: ["dev/r/p"],
    },
    {
      because: "conditions and commits of the same release are no news",
      plural: "releasepointers",
      told: () => runs({ ...ran, git: { commit: "2" }, conditions: [] }),
      pointers: [],
      autoDeploys: [],
    },
    {
      because: "since when it is healthy counts for the environments behind",
      plural: "releasepointers",
      told: () => runs({ ...ran, delivery: { deployment: "d1", healthySince: "now" } }),
      pointers: ["later"],
      autoDeploys: ["staging/r/p"],
    },
  ])("$because", async ({ plural, told, pointers, autoDeploys }) => {
    await script.tell(plural, "MODIFIED", told());
    expect(await drain("release-pointer")).toEqual(pointers);
    expect(await drain("auto-deploy")).toEqual(autoDeploys);
  });
});
