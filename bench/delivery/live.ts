import { setTimeout as sleep } from "node:timers/promises";
import { isNotFound, type KubeObject, type Resource } from "../../controller/kube/index.ts";
import { argoCDNamespace } from "../../test/ground/index.ts";
import { type Row, timing } from "../frame.ts";
import { application, type Ground, namespace } from "./ground.ts";

const runs = 5;
const pollMs = 20;
const patienceMs = 180_000;
const repository = "bench/live";
const pointer = "production-app";

const configMaps: Resource = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
  namespaced: true,
};

/** From a pointer changed with kubectl to the release's ConfigMap in the cluster. */
export async function measureLive(
  ground: Ground,
  progress: (text: string) => void,
): Promise<Row[]> {
  const { kubectl, gitOpsUrl } = ground;
  const numbers = Array.from({ length: 2 * (runs + 1) }, (_none, index) => String(index + 1));
  await kubectl.apply(
    namespace,
    {
      apiVersion: "forge.dev/v1alpha1",
      kind: "Environment",
      metadata: { name: "production" },
      spec: { gitOps: { url: gitOpsUrl } },
    },
    ...numbers.map(release),
  );
  await kubectl.apply(
    argoCDNamespace,
    application("live", gitOpsUrl, `production/apps/${repository}/app`, true),
  );
  const waiting = numbers.values();
  const measure = async (refresh: boolean): Promise<number[]> => {
    const controller = await ground.startController(refresh);
    const times: number[] = [];
    for (let index = 0; index <= runs; index++) {
      const number = waiting.next().value ?? "";
      const wait = ["wait", "--for=condition=Ready", "release", `r${number}`, "--timeout=60s"];
      await kubectl.output(["-n", namespace, ...wait]);
      const started = performance.now();
      await point(ground, number);
      await untilLive(ground, number);
      // The first finds an Application that has failed before: there was no folder.
      if (index > 0) times.push(performance.now() - started);
    }
    await controller.process.stop();
    return times;
  };
  progress(`pointer to object, ${runs} runs with a refresh`);
  const asked = await measure(true);
  progress(`pointer to object, ${runs} runs without: each up to half a minute`);
  const found = await measure(false);
  return [timing("pointer to live object", "asked, beside found by looking", asked, found)];
}

function release(number: string): object {
  const data = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: live}\ndata: {release: "${number}"}\n`;
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "Release",
    metadata: { name: `r${number}` },
    spec: {
      repository,
      project: "app",
      commit: number.padStart(40, "0"),
      trigger: { type: "Manual" },
      source: { manifests: data },
    },
  };
}

async function point({ kubectl }: Ground, number: string): Promise<void> {
  await kubectl.apply(namespace, {
    apiVersion: "forge.dev/v1alpha1",
    kind: "ReleasePointer",
    metadata: { name: pointer },
    spec: {
      environment: "production",
      repository,
      project: "app",
      release: number.padStart(40, "0"),
    },
  });
}

async function untilLive({ client }: Ground, number: string): Promise<void> {
  const signal = AbortSignal.timeout(patienceMs);
  for (;;) {
    const found = await client
      .get<KubeObject & { data?: { release?: string } }>(
        configMaps,
        { namespace, name: "live" },
        { signal },
      )
      .catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
    if (found?.data?.release === number) return;
    await sleep(pollMs, undefined, { signal });
  }
}
