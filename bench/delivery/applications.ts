import { setTimeout as sleep } from "node:timers/promises";
import { ownNetwork } from "../../src/network/index.ts";
import { RegistryClient, releaseImagesIn } from "../../src/oci/index.ts";
import { argoCDNamespace, commitFiles } from "../../test/ground/index.ts";
import type { Row } from "../frame.ts";
import { application, type Ground } from "./ground.ts";

const crowd = 200;
const patienceMs = 600_000;

/** Applications that are made at once, until all are Synced and Healthy; each a ConfigMap. */
export async function measureApplications(
  ground: Ground,
  progress: (text: string) => void,
): Promise<Row[]> {
  const names = Array.from({ length: crowd }, (_none, index) => `app-${index}`);
  const folders = names.map((name) => `production/apps/bench/crowd/${name}`);
  progress(`${crowd} releases and pointers`);
  await using client = new RegistryClient({ network: ownNetwork() });
  const images = releaseImagesIn(client);
  const files: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const yaml = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: "1"}\n`;
    const commit = (index + 1).toString(16).padStart(40, "0");
    const source = { repository: "bench/crowd", project: name, commit };
    const content = {
      registry: ground.registry,
      objects: [{ kind: "ConfigMap", name, yaml }],
      release: { number: 1, aliases: [], trigger: { type: "Manual" } },
      source,
      artifacts: [],
    } as const;
    const { digest } = await images.publish(content, AbortSignal.timeout(60_000));
    const { repository, project } = source;
    const image = { repository: `${ground.registry}/${repository}/${project}`, digest };
    files[`${folders[index]}/release.yaml`] = JSON.stringify({
      apiVersion: "forge.dev/v1alpha1",
      kind: "ReleasePointer",
      metadata: { name },
      spec: { environment: "production", repository, project, release: commit, image },
    });
    files[`plain/${name}/config-map.yaml`] = yaml.replace(name, `plain-${name}`);
  }
  await commitFiles(ground.gitOps, "main", "Crowd", files);
  const measure = async (kind: string, pathOf: (index: number) => string): Promise<number> => {
    progress(`${crowd} Applications at once, ${kind}`);
    const started = performance.now();
    const isPlugin = kind === "plugin";
    await ground.kubectl.apply(
      argoCDNamespace,
      ...names.map((name, index) =>
        application(`${kind}-${name}`, ground.gitOpsUrl, pathOf(index), isPlugin),
      ),
    );
    await untilHealthy(ground, kind);
    return performance.now() - started;
  };
  const plain = await measure("plain", (index) => `plain/${names[index]}`);
  const plugin = await measure("plugin", (index) => folders[index] ?? "");
  return [
    {
      case: `${crowd} Applications, application-controller`,
      metric: "plugin, beside plain folders",
      unit: "ms",
      median: plugin,
      runs: 1,
      reference: plain,
      ratio: plugin / plain,
    },
  ];
}

async function untilHealthy({ kubectl }: Ground, kind: string): Promise<void> {
  const states = "{range .items[*]}{.metadata.name} {.status.sync.status} {.status.health.status}";
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const args = ["get", "applications", "-o", `jsonpath=${states}{"\\n"}{end}`];
    const said = await kubectl.output(["-n", argoCDNamespace, ...args]);
    const lines = said.split("\n").filter((line) => line.startsWith(`${kind}-`));
    const done = lines.filter((line) => line.endsWith(" Synced Healthy")).length;
    if (done === crowd) return;
    if (performance.now() > deadline) throw new Error(`${done} of ${crowd} are healthy in time`);
    await sleep(500);
  }
}
