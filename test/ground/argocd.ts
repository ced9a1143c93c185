import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { coerce, gte } from "semver";
import { fetch } from "undici";
import { requireTool } from "../../tools/locate.ts";
import { output } from "./command.ts";
import { freePort } from "./free-port.ts";
import { type RunningProcess, startProcess } from "./process.ts";
import { createCertificate } from "./registry.ts";

export interface ArgoCDOptions {
  readonly folder: string;
  /** For its controllers; without one repo-server and Redis run alone. */
  readonly kubeconfig?: string;
  /** Namespace of its controllers (default argocd); several can run in one cluster. */
  readonly namespace?: string;
  /** Between looks at Git that nobody asked for. */
  readonly resyncSeconds?: number;
  readonly applicationSets?: boolean;
  /** Of repo-server. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ArgoCD {
  /** Where plugins put their sockets. */
  readonly pluginFolder: string;
  /** host:port, plain gRPC. */
  readonly repoServer: string;
  readonly processes: readonly RunningProcess[];
  /** Starts Argo CD's own plugin server with a plugin.yaml; its socket bears the plugin's name. */
  startPluginServer(
    plugin: object,
    env?: Readonly<Record<string, string>>,
  ): Promise<RunningProcess>;
  stop(): Promise<void>;
}

export const argoCDNamespace = "argocd";

/** Starts Argo CD's parts as processes on loopback; what they need in a cluster must be there. */
export async function startArgoCD(options: ArgoCDOptions): Promise<ArgoCD> {
  const { folder, kubeconfig, namespace = argoCDNamespace, resyncSeconds = 120 } = options;
  // A socket's path has 107 bytes, and a test's folder is long already.
  const pluginFolder = join(folder, "plugins");
  mkdirSync(pluginFolder, { recursive: true });
  const redis = await startRedis(folder);
  const base = environment(folder);
  const repoServerPort = await freePort();
  const repoServer = `127.0.0.1:${repoServerPort}`;
  const processes = [redis.process];
  const start = async (
    name: string,
    args: readonly string[],
    ready: () => Promise<boolean>,
    env: Readonly<Record<string, string>> = {},
  ): Promise<RunningProcess> => {
    const temporary = join(folder, `${name}-tmp-${processes.length}`);
    mkdirSync(temporary, { recursive: true });
    const process = await startProcess({
      name,
      command: requireTool("argocd"),
      args: [...args, "--loglevel", "info", "--logformat", "json"],
      env: { ...base, ARGOCD_BINARY_NAME: name, TMPDIR: temporary, ...env },
      cwd: temporary,
      logFile: join(folder, `${name}.log`),
      ready,
    });
    processes.push(process);
    return process;
  };

  const metricsPort = await freePort();
  const version = await versionOf(requireTool("argocd"));
  await start(
    "argocd-repo-server",
    [
      ...["--port", String(repoServerPort), "--address", "127.0.0.1", "--disable-tls"],
      ...["--metrics-port", String(metricsPort), "--metrics-address", "127.0.0.1"],
      ...["--redis", redis.address],
      ...["--plugin-use-manifest-generate-paths", "--plugin-tar-exclude", ".git/*"],
      // From 3.5 on it wants to know who may call it, TLS or not.
      ...(gte(version, "3.5.0")
        ? ["--client-ca-path", createCertificate(folder, "argocd-clients").certFile]
        : []),
    ],
    () => isHealthy(metricsPort, "/healthz?full=true"),
    {
      ARGOCD_PLUGINSOCKFILEPATH: pluginFolder,
      ARGOCD_GPG_ENABLED: "false",
      // For so long it takes a branch to be where it was.
      ARGOCD_RECONCILIATION_TIMEOUT: `${resyncSeconds}s`,
      ...options.env,
    },
  );
  // The flag alone is not enough: "in the cluster" is looked up in the environment.
  if (kubeconfig !== undefined) {
    const port = await freePort();
    await start(
      "argocd-application-controller",
      [
        ...["--kubeconfig", kubeconfig, "--namespace", namespace],
        ...["--redis", redis.address, "--repo-server", repoServer, "--repo-server-plaintext"],
        ...["--app-resync", String(resyncSeconds), "--app-resync-jitter", "0"],
        ...["--metrics-port", String(port)],
      ],
      () => isHealthy(port, "/healthz"),
      { KUBECONFIG: kubeconfig },
    );
  }
  if (kubeconfig !== undefined && options.applicationSets) {
    const [metrics, probe, webhook] = [await freePort(), await freePort(), await freePort()];
    await start(
      "argocd-applicationset-controller",
      [
        ...["--kubeconfig", kubeconfig, "--namespace", namespace],
        ...["--argocd-repo-server", repoServer, "--repo-server-plaintext"],
        ...["--metrics-addr", `127.0.0.1:${metrics}`, "--probe-addr", `127.0.0.1:${probe}`],
        ...["--webhook-addr", `127.0.0.1:${webhook}`, "--enable-new-git-file-globbing"],
      ],
      () => isHealthy(metrics, "/metrics"),
      { KUBECONFIG: kubeconfig },
    );
  }
  return {
    pluginFolder,
    repoServer,
    processes,
    startPluginServer: (plugin, env = {}) => {
      const name = `argocd-cmp-server-${processes.length}`;
      const config = join(folder, name);
      mkdirSync(join(config, "work"), { recursive: true });
      writeFileSync(join(config, "plugin.yaml"), JSON.stringify(plugin));
      return start("argocd-cmp-server", ["--config-dir-path", config], async () => true, {
        ARGOCD_PLUGINSOCKFILEPATH: pluginFolder,
        ARGOCD_CMP_WORKDIR: join(config, "work"),
        ...env,
      });
    },
    stop: async () => {
      for (const process of processes.toReversed()) await process.stop();
    },
  };
}

async function versionOf(program: string): Promise<string> {
  const shown = await output(program, ["version", "--client", "--short"], {
    env: { ARGOCD_BINARY_NAME: "argocd" },
  });
  return coerce(shown)?.version ?? "0.0.0";
}

async function startRedis(folder: string): Promise<{ address: string; process: RunningProcess }> {
  const address = `127.0.0.1:${await freePort()}`;
  const process = await startProcess({
    name: "redis",
    command: requireTool("redis-server"),
    args: [address],
    logFile: join(folder, "redis.log"),
    ready: async () => true,
  });
  return { address, process };
}

/** Folders that Argo CD's image has in places of its own. */
function environment(folder: string): Record<string, string> {
  const data = join(folder, "data");
  const inside = (name: string): string => {
    mkdirSync(join(data, name), { recursive: true, mode: 0o700 });
    return join(data, name);
  };
  return {
    ARGOCD_FAKE_IN_CLUSTER: "true",
    ARGOCD_TLS_DATA_PATH: inside("tls"),
    ARGOCD_SSH_DATA_PATH: inside("ssh"),
    ARGOCD_GNUPGHOME: inside("gpg"),
    ARGOCD_GPG_DATA_PATH: inside("gpg-source"),
    ARGOCD_ASK_PASS_SOCK: join(data, "ask-pass.sock"),
    // git asks for passwords by a program called argocd; from 3.5 on commits are verified by
    // git-verify-wrapper.sh, which comes with Argo CD.
    PATH: `${dirname(requireTool("argocd"))}:${process.env["PATH"]}`,
  };
}

async function isHealthy(port: number, path: string): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).ok;
}
