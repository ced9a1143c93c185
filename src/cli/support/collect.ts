/** What goes into a support bundle: each part by itself, so that one that fails costs no other. */
import {
  collectionPath,
  type KubeClient,
  type KubeObject,
  objectPath,
  queryText,
  type Resource,
} from "../../../controller/kube/index.ts";
import { kinds, messageOf, redact } from "../../api/index.ts";
import { forgeEvents } from "../../requests/index.ts";
import type { Archive } from "./archive.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** Of one kind; the first by name. */
const maximumObjects = 5_000;
const maximumPods = 50;
const logLines = 5_000;
const logBytes = 2 * 1_024 * 1_024;
const metricsBytes = 4 * 1_024 * 1_024;
const partMs = 15_000;

export interface Collected {
  readonly client: KubeClient;
  /** Of forge's objects; undefined: every one. */
  readonly namespace: string | undefined;
  /** Where forge runs. */
  readonly systemNamespace: string;
  readonly signal: AbortSignal;
}

interface Container {
  readonly name: string;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
}

interface Pod extends KubeObject {
  readonly spec: { readonly containers: readonly Container[] };
}

const pods: Resource = {
  ...{ group: "", version: "v1", plural: "pods", kind: "Pod" },
  namespaced: true,
};
const definitions: Resource = {
  ...{ group: "apiextensions.k8s.io", version: "v1" },
  ...{ plural: "customresourcedefinitions", kind: "CustomResourceDefinition" },
  namespaced: false,
};

export async function collect(about: Collected, archive: Archive): Promise<void> {
  const part = async (name: string, read: () => Promise<string>) => {
    try {
      about.signal.throwIfAborted();
      archive.add(name, await read());
    } catch (error) {
      archive.omit(name, redact(messageOf(error)));
    }
  };
  const { client, namespace, signal } = about;
  await part("kubernetes-version.json", () =>
    client.readText("/version", { maximumBytes: 65_536, timeoutMs: partMs, signal }),
  );
  await part("definitions.json", async () => json(await readDefinitions(about)));
  for (const kind of kinds) {
    const name = `objects/${kind.plural}.json`;
    await part(name, async () => json(await listed(about, kind, { namespace }, archive, name)));
  }
  await part("events.json", async () => json(await forgeEvents(client, namespace ?? "", signal)));
  await collectPods(about, archive, part);
}

type Part = (name: string, read: () => Promise<string>) => Promise<void>;

async function collectPods(about: Collected, archive: Archive, part: Part): Promise<void> {
  const { systemNamespace: namespace } = about;
  let found: readonly Pod[] = [];
  await part("pods.json", async () => {
    const labelSelector = "app.kubernetes.io/part-of=forge";
    const list = await listed<Pod>(about, pods, { namespace, labelSelector }, archive, "pods.json");
    found = list.slice(0, maximumPods);
    if (list.length > maximumPods) archive.omit("logs", `of ${list.length - maximumPods} pods`);
    return json(list);
  });
  if (found.length === 0) archive.omit("logs", `namespace ${namespace} shows no pods of forge`);
  for (const pod of found) {
    for (const container of pod.spec.containers) {
      const log = (previous: boolean) => () => readLog(about, pod, container, previous);
      const folder = `logs/${shortened(pod.metadata.name)}`;
      await part(`${folder}/${container.name}.log`, log(false));
      await part(`${folder}/${container.name}.previous.log`, log(true));
      const port = container.ports?.find(({ name }) => name === "health" || name === "metrics");
      if (port === undefined) continue;
      await part(`metrics/${shortened(pod.metadata.name)}.txt`, () =>
        readMetrics(about, pod, port.containerPort),
      );
    }
  }
}

async function listed<T extends KubeObject>(
  { client, signal }: Collected,
  resource: Resource,
  selection: { readonly namespace: string | undefined; readonly labelSelector?: string },
  archive: Archive,
  name: string,
): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const { items } of client.list<T>(resource, { ...selection, signal })) {
    found.push(...items);
    if (found.length < maximumObjects) continue;
    archive.omit(name, `there are more than the first ${maximumObjects}`);
    break;
  }
  return found.slice(0, maximumObjects);
}

/** Which versions are installed, and whether they are served: not the schemas. */
async function readDefinitions({ client, signal }: Collected): Promise<readonly object[]> {
  const path = `${collectionPath(definitions)}${queryText({ limit: 500 })}`;
  const text = await client.readText(path, { maximumBytes: 64 * 1_024 * 1_024, signal });
  const { items } = JSON.parse(text) as {
    readonly items: readonly {
      readonly metadata: { readonly name: string; readonly generation?: number };
      readonly spec: {
        readonly group: string;
        readonly versions: readonly { name: string; served: boolean; storage: boolean }[];
      };
      readonly status?: { readonly conditions?: readonly object[] };
    }[];
  };
  return items
    .filter(({ spec }) => spec.group === kinds[0]?.group)
    .map(({ metadata: { name, generation }, spec: { versions }, status }) => ({
      ...{ name, generation, conditions: status?.conditions },
      versions: versions.map(({ name: version, served, storage }) => ({
        version,
        served,
        storage,
      })),
    }));
}

async function readLog(
  { client, signal }: Collected,
  { metadata: { namespace = "", name } }: Pod,
  container: Container,
  previous: boolean,
): Promise<string> {
  const query = queryText({
    ...{ container: container.name, previous, timestamps: true },
    ...{ tailLines: logLines, limitBytes: logBytes },
  });
  const path = `${objectPath(pods, { namespace, name }, "log")}${query}`;
  return redact(await client.readText(path, { maximumBytes: logBytes, timeoutMs: partMs, signal }));
}

/** Through the API server, which reaches pods that the caller may not. */
async function readMetrics(
  { client, signal }: Collected,
  { metadata: { namespace = "", name } }: Pod,
  port: number,
): Promise<string> {
  const path = objectPath(pods, { namespace, name: `${name}:${port}` }, "proxy/metrics");
  const limits = { maximumBytes: metricsBytes, timeoutMs: partMs, signal };
  return redact(await client.readText(path, limits));
}

function json(value: unknown): string {
  return `${JSON.stringify(withoutSecrets(value), undefined, 1)}\n`;
}

/** The end of a pod's name tells it from its siblings. */
function shortened(name: string): string {
  return name.slice(-32);
}
