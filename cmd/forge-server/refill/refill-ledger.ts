// forge-server refill-ledger: tells a ledger that was lost what the cluster, Git and registries know.
import { Connection, KubeClient, sleep, systemClock } from "../../../controller/kube/index.ts";
import {
  environmentKind,
  projectKind,
  releaseApprovalKind,
  releaseDeploymentKind,
  releaseKind,
  releasePointerKind,
} from "../../../src/api/index.ts";
import { createGitOpsWriter } from "../../../src/gitops/index.ts";
import {
  type Ledger,
  openLedger,
  type RecordedObject,
  Recorder,
} from "../../../src/ledger/index.ts";
import { RegistryClient, releaseImagesIn } from "../../../src/oci/index.ts";
import { createLogger, type Logger, logLevels } from "../../../src/telemetry/index.ts";
import { flagLines, readFlags } from "../../flags.ts";
import { loadKubeConfig } from "../../kube-config.ts";
import { allowedRanges, networkOf } from "../../network.ts";
import { stopSignal } from "../../program.ts";
import { registryCredentials } from "../../registry-credentials.ts";
import { version } from "../../version.ts";
import { ledgerOf } from "../ledger-options.ts";
import { flags } from "./flags.ts";
import { recordGit } from "./git-history.ts";
import { recordImages } from "./image-history.ts";
import type { Append } from "./ports.ts";

export const refillHelp = `forge-server refill-ledger tells a ledger what it lost: first what the cluster knows, then what the
GitOps repositories and the registry know of deployments and releases that the cluster has dropped.

Usage: forge-server refill-ledger --ledger FILE|--ledger-url-file FILE [flags]

Run it as somebody who may read forge's objects, and the Secrets that Environments name. It may be
run again: what is recorded already is not recorded twice. A ledger in a file is locked by the
server that has it open: stop that first.

${flagLines(flags, 28)}
`;

const maximumListed = 1_000_000;
const appendedAtOnce = 500;

/**
 * @param say is told each step in a line for people
 * @throws Error that names the flag which is wrong, or says what could not be read
 */
export async function refillLedger(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<void> {
  const { isSet, text, list, oneOf } = readFlags(flags, args, env);
  if (isSet("help")) return say(refillHelp);
  const options = ledgerOf(text("ledger"), text("ledger-url-file"));
  if (options === undefined) throw new Error("--ledger or --ledger-url-file is required");
  const log = createLogger(oneOf("log-level", logLevels), {
    program: "forge-server refill-ledger",
  });
  const signal = stopSignal();
  const connection = new Connection(loadKubeConfig(text("kubeconfig")), {
    userAgent: `forge-server-refill/${version}`,
  });
  const credentials = registryCredentials({
    dockerConfig: text("docker-config"),
    credentialHelpers: list("credential-helper"),
  });
  const insecureRegistries = list("insecure-registry");
  const insecureGitHosts = list("insecure-git-host");
  const prefix = text("registry");
  const network = networkOf(
    { allowedRanges: allowedRanges(list("allowed-range")), insecureRegistries, insecureGitHosts },
    prefix === undefined ? [] : [prefix],
    { log, apiServer: connection.server },
  );
  await using registry = new RegistryClient({
    network,
    insecureHosts: insecureRegistries,
    ...credentials,
  });
  const writer = createGitOpsWriter();
  try {
    const ledger = await openLedger({ ...options, log });
    try {
      const client = new KubeClient(connection);
      const selection = { ...namespaced(text("namespace")), maximum: maximumListed, signal };
      await fromCluster(client, selection, { ledger, log, say });
      const [environments, projects] = await Promise.all([
        client.listAll(environmentKind, selection),
        client.listAll(projectKind, selection),
      ]);
      const append = appendTo(ledger, signal);
      const settings = { insecureGitHosts };
      const git = await recordGit(
        { client, network, settings, writer, append, say },
        { environments: environments.items as never, projects: projects.items as never },
        signal,
      );
      const images = await recordImages(
        { images: releaseImagesIn(registry), prefix, append, say },
        git.places,
        signal,
      );
      const failures = git.failures + images.failures;
      if (failures > 0) throw new Error(`${failures} sources could not be read: run it again`);
    } finally {
      await ledger.close();
    }
  } finally {
    await writer.close();
    await connection.close();
  }
}

function namespaced(namespace: string | undefined) {
  return namespace === undefined ? {} : { namespace };
}

/** The cluster first: it knows most, and a fact is told by whoever tells it first. */
async function fromCluster(
  client: KubeClient,
  selection: { readonly maximum: number; readonly signal: AbortSignal },
  { ledger, log, say }: { ledger: Ledger; log: Logger; say: (line: string) => void },
): Promise<void> {
  const objects: RecordedObject[] = [];
  for (const kind of [
    releaseKind,
    releaseDeploymentKind,
    releaseApprovalKind,
    releasePointerKind,
  ]) {
    const { items } = await client.listAll(kind, selection);
    objects.push(...(items as unknown as RecordedObject[]));
  }
  const recorder = new Recorder({
    ...{ ledger, log },
    objects: () => objects,
    sleep: (ms, until) => sleep(systemClock, ms, until),
    random: Math.random,
  });
  say(
    `${await recorder.fill(selection.signal)} entries from ${objects.length} objects of the cluster`,
  );
}

function appendTo(ledger: Ledger, signal: AbortSignal): Append {
  return async (facts) => {
    let count = 0;
    for (let from = 0; from < facts.length; from += appendedAtOnce) {
      const batch = facts.slice(from, from + appendedAtOnce);
      count += (await ledger.append(batch, signal)).recorded.length;
    }
    return count;
  };
}
