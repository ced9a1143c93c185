import { hostname } from "node:os";
import { parseArgs } from "node:util";
import { isShardName } from "../../src/reconcilers/index.ts";
import { type LogLevel, logLevels } from "../../src/telemetry/index.ts";
import { parseDuration } from "./duration.ts";

export interface Config {
  readonly kubeconfig: string | undefined;
  readonly registry: string;
  readonly insecureRegistries: readonly string[];
  readonly insecureGitHosts: readonly string[];
  readonly dockerConfig: string | undefined;
  readonly credentialHelpers: readonly string[];
  /** Files in PEM, for the host of --registry. */
  readonly registryTls: {
    readonly ca: string | undefined;
    readonly certificate: string | undefined;
    readonly key: string | undefined;
  };
  readonly registryProxy: { readonly url: string; readonly noProxy: string } | undefined;
  /** undefined: beside the program. */
  readonly cueModule: string | undefined;
  readonly extensions: readonly string[];
  /** undefined: all namespaces. */
  readonly namespace: string | undefined;
  /** Where Argo CD keeps Applications; none: nobody is asked how deployments fare. */
  readonly argoCDNamespaces: readonly string[];
  /** The shard whose projects this process works on; undefined: those without a label. */
  readonly shard: string | undefined;
  readonly leaderElection: LeaderElectionConfig | undefined;
  readonly bindAddress: string;
  readonly port: number;
  readonly logLevel: LogLevel;
}

export interface LeaderElectionConfig {
  readonly namespace: string;
  readonly identity: string;
  readonly durationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

interface Flag {
  /** What stands behind the flag in the help; a flag without one is a switch. */
  readonly value?: string;
  /** Environment variable that is read when the flag is not given. */
  readonly variable?: string;
  readonly fallback?: string;
  readonly multiple?: true;
  readonly help: string;
}

const flags = {
  registry: {
    value: "PREFIX",
    variable: "FORGE_REGISTRY",
    help: "registry and prefix of release images, such as registry.example.com/releases (required)",
  },
  "insecure-registry": {
    value: "HOST",
    multiple: true,
    help: "registry host, with port, that plain http may reach; loopback always may",
  },
  "insecure-git-host": {
    value: "HOST",
    multiple: true,
    help: "git host, with port, that plain http may reach; loopback always may",
  },
  "docker-config": {
    value: "FILE",
    variable: "FORGE_DOCKER_CONFIG",
    help: "Docker config.json (or Podman's auth.json) with the registry's credentials",
  },
  "credential-helper": {
    value: "NAME",
    multiple: true,
    help: "docker-credential-NAME may be started when that file names it",
  },
  "registry-ca": {
    value: "FILE",
    variable: "FORGE_REGISTRY_CA",
    help: "certificate authority of that registry, in PEM, besides the system's",
  },
  "registry-client-certificate": {
    value: "FILE",
    variable: "FORGE_REGISTRY_CLIENT_CERTIFICATE",
    help: "certificate that forge shows that registry, in PEM",
  },
  "registry-client-key": {
    value: "FILE",
    variable: "FORGE_REGISTRY_CLIENT_KEY",
    help: "its key, in PEM",
  },
  "registry-proxy": {
    value: "URL",
    variable: "HTTPS_PROXY",
    help: "proxy to registries",
  },
  "no-proxy": {
    value: "HOSTS",
    variable: "NO_PROXY",
    fallback: "localhost,127.0.0.1,::1",
    help: "registries that are reached without it, divided by commas",
  },
  "cue-module": {
    value: "FILE",
    variable: "FORGE_CUE_MODULE",
    help: "cue.wasm, which renders projects in CUE, where it is not beside the program",
  },
  extension: {
    value: "FILE",
    multiple: true,
    help: "module with a ReleaseExtension of your own, run with the controller's rights",
  },
  kubeconfig: {
    value: "FILE",
    variable: "KUBECONFIG",
    help: "kubeconfig; in a pod its service account is used without one",
  },
  namespace: {
    value: "NAME",
    variable: "FORGE_NAMESPACE",
    help: "look at this namespace alone instead of all",
  },
  "argocd-namespace": {
    value: "NAME",
    multiple: true,
    help: "namespace of Argo CD's Applications, to report on them and to ask for a refresh",
  },
  "leader-elect": { help: "take turns with other controllers by a Lease" },
  "leader-namespace": {
    value: "NAME",
    variable: "POD_NAMESPACE",
    fallback: "forge-system",
    help: "namespace of that Lease",
  },
  "lease-duration": {
    value: "TIME",
    fallback: "15s",
    help: "how long others wait after the last renewal that they saw",
  },
  "renew-deadline": {
    value: "TIME",
    fallback: "10s",
    help: "how long a leader goes on without renewal; shorter than the lease",
  },
  "retry-period": {
    value: "TIME",
    fallback: "2s",
    help: "between renewals; shorter than half of the renew deadline",
  },
  shard: {
    value: "NAME",
    variable: "FORGE_SHARD",
    help: "work on the projects labelled forge.dev/shard=NAME, instead of those without the label",
  },
  "bind-address": {
    value: "ADDRESS",
    fallback: "0.0.0.0",
    help: "address that /healthz, /readyz and /metrics are served on",
  },
  port: {
    value: "PORT",
    fallback: "8080",
    help: "port that they are served on; 0 takes a free one",
  },
  "log-level": {
    value: "LEVEL",
    variable: "FORGE_LOG_LEVEL",
    fallback: "info",
    help: logLevels.join(", "),
  },
  help: { help: "show this help" },
} as const satisfies Record<string, Flag>;

/** The text of --help. */
export function helpText(): string {
  const lines = Object.entries<Flag>(flags).map(([name, flag]) => {
    const left = `  --${name}${flag.value ? ` ${flag.value}` : ""}`.padEnd(32);
    const notes = [
      ...(flag.variable ? [`$${flag.variable}`] : []),
      ...(flag.fallback ? [`default ${flag.fallback}`] : []),
      ...(flag.multiple ? ["may be repeated"] : []),
    ];
    return `${left}${flag.help}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
  });
  return `forge-controller reconciles releases, environments and release pointers.

Usage: forge-controller --registry PREFIX [flags]
       forge-controller install-crds --help

${lines.join("\n")}
`;
}

/**
 * The settings of one run, or the wish for help.
 * @throws Error that names the flag which is wrong
 */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): Config | "help" {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: Object.fromEntries(
      Object.entries<Flag>(flags).map(([name, { value, multiple }]) => [
        name,
        { type: value ? "string" : "boolean", multiple: multiple === true } as const,
      ]),
    ),
  });
  if (values["help"]) return "help";
  const text = (name: keyof typeof flags): string | undefined => {
    const flag: Flag = flags[name];
    const given = values[name] ?? (flag.variable && env[flag.variable]) ?? flag.fallback;
    return typeof given === "string" && given !== "" ? given : undefined;
  };
  const list = (name: keyof typeof flags) => (values[name] ?? []) as string[];

  const registry = text("registry");
  if (registry === undefined) throw new Error("--registry (or $FORGE_REGISTRY) is required");
  if (
    (text("registry-client-certificate") === undefined) !==
    (text("registry-client-key") === undefined)
  ) {
    throw new Error("--registry-client-certificate and --registry-client-key need each other");
  }
  const proxy = text("registry-proxy");
  // The address may hold a password: it is not repeated.
  if (proxy !== undefined && !/^https?:$/.test(URL.parse(proxy)?.protocol ?? "")) {
    throw new Error("--registry-proxy (or $HTTPS_PROXY) is no http or https URL");
  }
  const port = Number(text("port"));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port: ${values["port"]} is no port`);
  }
  const logLevel = logLevels.find((level) => level === text("log-level"));
  if (logLevel === undefined) throw new Error(`--log-level: one of ${logLevels.join(", ")}`);
  const shard = text("shard");
  if (shard !== undefined && !isShardName(shard)) {
    throw new Error(`--shard: ${shard} is no DNS label (a-z, 0-9 and -, 63 characters at most)`);
  }
  const duration = (name: "lease-duration" | "renew-deadline" | "retry-period") =>
    parseDuration(name, text(name) ?? "");
  const timing = {
    durationMs: duration("lease-duration"),
    renewDeadlineMs: duration("renew-deadline"),
    retryMs: duration("retry-period"),
  };
  if (timing.durationMs <= timing.renewDeadlineMs) {
    throw new Error("--renew-deadline must be shorter than --lease-duration");
  }
  if (timing.renewDeadlineMs <= 2 * timing.retryMs) {
    throw new Error("--retry-period must be shorter than half of --renew-deadline");
  }
  return {
    kubeconfig: text("kubeconfig"),
    registry,
    insecureRegistries: list("insecure-registry"),
    insecureGitHosts: list("insecure-git-host"),
    dockerConfig: text("docker-config"),
    credentialHelpers: list("credential-helper"),
    registryTls: {
      ca: text("registry-ca"),
      certificate: text("registry-client-certificate"),
      key: text("registry-client-key"),
    },
    registryProxy:
      proxy === undefined ? undefined : { url: proxy, noProxy: text("no-proxy") ?? "" },
    cueModule: text("cue-module"),
    extensions: list("extension"),
    namespace: text("namespace"),
    argoCDNamespaces: list("argocd-namespace"),
    shard,
    leaderElection: values["leader-elect"]
      ? {
          ...timing,
          namespace: text("leader-namespace") ?? "forge-system",
          // Unique to this process: a restarted container keeps its pod's name.
          identity: `${env["POD_NAME"] ?? hostname()}-${process.pid}-${Date.now().toString(36)}`,
        }
      : undefined,
    bindAddress: text("bind-address") ?? "0.0.0.0",
    port,
    logLevel,
  };
}
