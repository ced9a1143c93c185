// forge-controller install-crds: puts forge's kinds, policies and roles into a cluster.
import { parseArgs } from "node:util";
import {
  Connection,
  isNotFound,
  KubeClient,
  type KubeObject,
  keyOf,
  type Resource,
  sleep,
  systemClock,
} from "../../controller/kube/index.ts";
import {
  clusterRoles,
  customResourceDefinition,
  identityPolicies,
  kinds,
  stampingPolicies,
  verbPolicies,
} from "../../src/api/index.ts";
import { loadKubeConfig } from "../kube-config.ts";
import { version } from "../version.ts";

export const installHelp = `forge-controller install-crds puts forge's kinds, admission policies and roles into a cluster.

Usage: forge-controller install-crds [flags]

It applies them on the server side and waits until the kinds are served. Run again, it brings all
of it to this version. Mutating policies are left out where the API server has none (before
Kubernetes 1.36): then people write their own names, and the validating policies check them.

  --kubeconfig FILE             kubeconfig; in a pod its service account is used without one ($KUBECONFIG)
  --help                        show this help
`;

const fieldManager = "forge-install";
const establishedWithinMs = 60_000;
const pollMs = 250;

function clusterResource(group: string, version: string, kind: string): Resource {
  const plural = kind.endsWith("y") ? `${kind.slice(0, -1)}ies` : `${kind}s`;
  return { group, version, kind, plural: plural.toLowerCase(), namespaced: false };
}

function resourceOf({ apiVersion, kind }: KubeObject): Resource {
  const [group = "", version = ""] = apiVersion.split("/");
  return clusterResource(group, version, kind);
}

const definitions = clusterResource("apiextensions.k8s.io", "v1", "CustomResourceDefinition");
const mutatingPolicies = clusterResource(
  "admissionregistration.k8s.io",
  "v1",
  "MutatingAdmissionPolicy",
);

interface Definition extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** @param say is told each step in a line for people */
export async function installCrds(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: { kubeconfig: { type: "string" }, help: { type: "boolean" } },
  });
  if (values.help) return say(installHelp);
  const config = loadKubeConfig(values.kubeconfig ?? (env["KUBECONFIG"] || undefined));
  const connection = new Connection(config, { userAgent: `forge-controller-install/${version}` });
  try {
    await install(new KubeClient(connection), say);
  } finally {
    await connection.close();
  }
}

async function install(client: KubeClient, say: (line: string) => void): Promise<void> {
  const stamps = await isServed(client, mutatingPolicies);
  if (!stamps) say("this API server has no mutating policies: names are checked, not stamped");
  // Policies go first: no object of a kind is there before it is guarded.
  const objects = [
    ...verbPolicies,
    ...identityPolicies,
    ...(stamps ? stampingPolicies : []),
    ...clusterRoles,
    ...kinds.map(customResourceDefinition),
  ] as KubeObject[];
  for (const object of objects) {
    await client.apply(resourceOf(object), object, { fieldManager, force: true });
    say(`${object.kind} ${object.metadata.name} applied`);
  }
  const signal = AbortSignal.timeout(establishedWithinMs);
  for (const { plural, group } of kinds) {
    const name = `${plural}.${group}`;
    while (!(await isEstablished(client, name, signal))) {
      await sleep(systemClock, pollMs, signal);
      if (signal.aborted) throw new Error(`${name} is not served yet: run install-crds again`);
    }
  }
  say(`${kinds.length} kinds are served`);
}

async function isServed(client: KubeClient, resource: Resource): Promise<boolean> {
  try {
    await client.listAll(resource, { maximum: 10_000 });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function isEstablished(
  client: KubeClient,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { status } = await client.get<Definition>(definitions, keyOf({ metadata: { name } }), {
    signal,
  });
  return (
    status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ===
    true
  );
}
