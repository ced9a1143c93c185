import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../../controller/kube/index.ts";
import { projectKind, projectName } from "../../src/api/index.ts";
import { createGitOpsWriter } from "../../src/gitops/index.ts";
import { ownNetwork } from "../../src/network/index.ts";
import { git } from "../../test/ground/index.ts";
import { type Ground, namespace, startGround } from "../controller/ground.ts";
import { type Place, repository } from "../controller/objects.ts";
import { processorSeconds, untilQuiet } from "../controller/process-figures.ts";
import { createSettled } from "../controller/settled.ts";
import { atMost, type Result } from "../frame.ts";
import { inParallel } from "../in-parallel.ts";

const withinMs = 900_000;
/** As many as the controller has workers for pointers. */
const writersAtOnce = 64;
const creationsAtOnce = 16;

export interface Size {
  readonly projects: number;
  readonly environments: number;
  /** Of as many projects, ready at the same time. */
  readonly releases: number;
}

/**
 * Releases that are let in everywhere at once, from the moment on which their environments deploy
 * by themselves until the last pointer's commit is on the server; beside it the same commits by the
 * GitOps writer alone.
 */
export async function measureAutoDeploy(
  folder: string,
  program: string,
  size: Size,
  progress: (text: string) => void,
): Promise<Result> {
  await using ground = await startGround(folder, 2 * 2 ** 30);
  const names = Array.from({ length: size.environments }, (_, index) => `stage-${index + 1}`);
  const url = await gitOpsUrl(ground);
  const environments = (autoDeploy: boolean) =>
    ground.kubectl.apply(namespace, ...names.map((name) => environment(name, url, autoDeploy)));
  progress(`${size.projects} projects, ${size.releases} releases, ${names.length} environments`);
  await environments(false);
  const places = Array.from({ length: size.projects }, (_, index) => placeOf(index));
  await inParallel(places, creationsAtOnce, (place) =>
    ground.client.create(projectKind, projectObject(place)),
  );
  const released = places.slice(0, size.releases);
  await createSettled(ground, released);
  const controller = await ground.startController(program);
  const wanted = size.releases * names.length;
  const before = await commitsIn(ground);
  try {
    await untilQuiet(controller.url);
    progress(`${wanted} pointers by themselves`);
    const mark = ground.audit.mark();
    const [started, processor] = [performance.now(), processorSeconds(controller.process.pid)];
    await environments(true);
    await untilCommitted(ground, before + wanted);
    const seconds = (performance.now() - started) / 1_000;
    await untilQuiet(controller.url);
    const own = processorSeconds(controller.process.pid) - processor;
    const requests = ground.audit.since(mark).all / wanted;
    progress(`${wanted} commits by the writer alone`);
    const alone = await commitAlone(url, names, released);
    const milliseconds = (own * 1_000) / wanted;
    const added = milliseconds - (alone.processorSeconds * 1_000) / wanted;
    const name = `${size.releases} releases × ${names.length} environments, of ${size.projects} projects`;
    return {
      rows: [
        {
          case: name,
          metric: "autoDeploy set to last commit, beside the writer alone",
          unit: "s",
          median: seconds,
          runs: 1,
          reference: alone.seconds,
          ratio: seconds / alone.seconds,
        },
        {
          case: name,
          metric: "processor of the controller a deployment, beside the writer alone",
          unit: "ms",
          median: milliseconds,
          runs: 1,
          reference: milliseconds - added,
          ratio: milliseconds / (milliseconds - added),
        },
        { case: name, metric: "API requests a deployment", unit: "", median: requests, runs: 1 },
      ],
      targets: [
        atMost("API requests a deployment", 8, requests),
        atMost("processor that deciding and recording add to a deployment, ms", 15, added),
      ],
    };
  } finally {
    await controller.process.stop();
  }
}

function placeOf(index: number): Place {
  return { project: `service-${index}`, number: 1 };
}

function projectObject({ project }: Place): KubeObject {
  const object = {
    apiVersion: "forge.dev/v1alpha1",
    kind: "Project",
    metadata: { namespace, name: projectName(repository, project) },
    spec: { repository, name: project },
  };
  return object;
}

function environment(name: string, url: string, autoDeploy: boolean): object {
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "Environment",
    metadata: { name },
    spec: { promotionPolicy: { autoDeploy }, gitOps: { url } },
  };
}

/** The environments of the ground name it. */
async function gitOpsUrl({ kubectl }: Ground): Promise<string> {
  return kubectl.field(namespace, "environment", "dev", ".spec.gitOps.url");
}

async function commitsIn({ gitOps }: Ground): Promise<number> {
  return Number(await git(gitOps, "rev-list", "--count", "main"));
}

async function untilCommitted(ground: Ground, wanted: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    // By git: a collection of its own packs the branch's file away.
    const count = await commitsIn(ground);
    if (count >= wanted) return;
    if (Date.now() > deadline) throw new Error(`${count} of ${wanted} committed`);
    await sleep(100);
  }
}

/** The same pointers under other names of environments, as many at once as the controller takes. */
async function commitAlone(
  url: string,
  names: readonly string[],
  places: readonly Place[],
): Promise<{ seconds: number; processorSeconds: number }> {
  const writer = createGitOpsWriter();
  const [started, processor] = [performance.now(), process.cpuUsage()];
  const all = names.flatMap((name) => places.map((place) => ({ name: `alone-${name}`, place })));
  try {
    await inParallel(all, writersAtOnce, ({ name, place }) =>
      writer.commit(
        {
          remote: { url, network: ownNetwork() },
          branch: "main",
          author: { name: "forge", email: "forge@forge.dev" },
          deadlineMs: withinMs,
          deployment: {
            id: `${name}-${place.project}-1`,
            environment: name,
            repository,
            project: place.project,
            commit: "a".repeat(40),
            number: place.number,
            image: {
              repository: `registry.example.com/releases/${repository}/${place.project}`,
              digest: `sha256:${"a".repeat(64)}`,
            },
            type: "Deploy",
            by: "forge-controller",
          },
        },
        new AbortController().signal,
      ),
    );
    const seconds = (performance.now() - started) / 1_000;
    const { user, system } = process.cpuUsage(processor);
    return { seconds, processorSeconds: (user + system) / 1e6 };
  } finally {
    await writer.close();
  }
}
