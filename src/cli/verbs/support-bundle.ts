/** support-bundle: what somebody needs who looks into a fault, in one file and without secrets. */
import { writeFileSync } from "node:fs";
import { Connection, KubeClient } from "../../../controller/kube/index.ts";
import { ForgeError, messageOf } from "../../api/index.ts";
import { loadKubeConfig } from "../cluster/kube-config.ts";
import { printValue } from "../output/print.ts";
import type { Call, Session } from "../session.ts";
import { Archive } from "../support/archive.ts";
import { collect } from "../support/collect.ts";

interface BundleOptions {
  readonly allNamespaces?: boolean;
  readonly systemNamespace: string;
  readonly file?: string;
  readonly timeout: number;
}

/** By the kubeconfig, whatever server is set: a server that has a fault tells little. */
export async function supportBundle(
  session: Session,
  { options }: Call<BundleOptions>,
): Promise<void> {
  const { terminal } = session;
  const { config, namespace } = loadKubeConfig(session.options);
  const connection = new Connection(config, { userAgent: `forge/${terminal.version}` });
  const archive = new Archive();
  const now = terminal.now().toISOString();
  const folder = `forge-support-${now.replace(/\.\d+Z$/, "Z").replaceAll(":", "")}`;
  try {
    const about = {
      client: new KubeClient(connection),
      namespace: options.allNamespaces ? undefined : namespace,
      systemNamespace: options.systemNamespace,
      signal: AbortSignal.any([terminal.signal, AbortSignal.timeout(options.timeout)]),
    };
    await collect(about, archive);
    terminal.signal.throwIfAborted();
    const { omissions } = archive;
    const index = {
      ...{ time: now, version: terminal.version },
      ...{ namespace: about.namespace ?? "all", systemNamespace: about.systemNamespace, omissions },
    };
    archive.add("index.json", `${JSON.stringify(index, undefined, 1)}\n`);
    const file = options.file ?? `${folder}.tar.gz`;
    writeBundle(file, archive.pack(folder));
    await printValue(session, { file, omissions }, () =>
      [
        `${file} holds what you may read of forge, without secrets. Look into it before you pass it on.\n`,
        ...omissions.map(({ what, why }) => `  without ${what}: ${why}\n`),
      ].join(""),
    );
  } finally {
    await connection.close();
  }
}

/** Readable by its owner alone; a file that is there is not written over. */
function writeBundle(file: string, content: Buffer): void {
  try {
    writeFileSync(file, content, { mode: 0o600, flag: "wx" });
  } catch (cause) {
    throw new ForgeError("UsageInvalid", `${file} cannot be written: ${messageOf(cause)}`, {
      hint: "Name another one with --file.",
    });
  }
}
