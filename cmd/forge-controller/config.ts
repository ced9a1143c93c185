import { hostname } from "node:os";
import { isRegistryPrefix, isShardName } from "../../src/reconcilers/index.ts";
import { type LogLevel, logLevels } from "../../src/telemetry/index.ts";
import { flagLines, readFlags } from "../flags.ts";
import { allowedRanges } from "../network.ts";
import { otlpEndpoint } from "../otlp.ts";
import { flags } from "./flags.ts";

export interface Config {
  readonly kubeconfig: string | undefined;
  readonly registry: string;
  /** undefined: that of `registry`, and what Projects used before. */
  readonly allowedPrefixes: readonly string[] | undefined;
  readonly insecureRegistries: readonly string[];
  readonly insecureGitHosts: readonly string[];
  /** Besides public addresses; `!` before a range excludes it. */
  readonly allowedRanges: readonly string[];
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
  /** Where Argo CD and Flux keep their objects; none: nobody is asked how deployments fare. */
  readonly agentNamespaces: {
    readonly argoCD: readonly string[];
    readonly flux: readonly string[];
  };
  /** The shard whose projects this process works on; undefined: those without a label. */
  readonly shard: string | undefined;
  /** undefined: crashes are forgotten. */
  readonly attemptJournal: string | undefined;
  /** Commits nothing unless the admission policies are known to be in force. */
  readonly requirePolicies: boolean;
  readonly leaderElection: LeaderElectionConfig | undefined;
  readonly bindAddress: string;
  readonly port: number;
  /** Undefined: nothing is traced. */
  readonly otlpEndpoint: string | undefined;
  readonly logLevel: LogLevel;
}

export interface LeaderElectionConfig {
  readonly namespace: string;
  readonly identity: string;
  readonly durationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

/** @throws Error that names the prefix which is none */
function allowedPrefixes(given: readonly string[]): readonly string[] | undefined {
  const wrong = given.find((prefix) => !isRegistryPrefix(prefix));
  if (wrong === undefined) return given.length === 0 ? undefined : given;
  throw new Error(`--allowed-prefix: ${wrong} is no registry and prefix`);
}

/** The text of --help. */
export function helpText(): string {
  return `forge-controller reconciles releases, environments and release pointers.

Usage: forge-controller --registry PREFIX [flags]
       forge-controller install-crds --help

${flagLines(flags, 32)}
`;
}

/**
 * The settings of one run, or the wish for help.
 * @throws Error that names the flag which is wrong
 */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): Config | "help" {
  const { isSet, text, list, number, milliseconds, oneOf } = readFlags(flags, args, env);
  if (isSet("help")) return "help";

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
  const shard = text("shard");
  if (shard !== undefined && !isShardName(shard)) {
    throw new Error(`--shard: ${shard} is no DNS label (a-z, 0-9 and -, 63 characters at most)`);
  }
  const timing = {
    durationMs: milliseconds("lease-duration"),
    renewDeadlineMs: milliseconds("renew-deadline"),
    retryMs: milliseconds("retry-period"),
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
    allowedPrefixes: allowedPrefixes(list("allowed-prefix")),
    insecureRegistries: list("insecure-registry"),
    insecureGitHosts: list("insecure-git-host"),
    allowedRanges: allowedRanges(list("allowed-range")),
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
    agentNamespaces: { argoCD: list("argocd-namespace"), flux: list("flux-namespace") },
    shard,
    attemptJournal: text("attempt-journal"),
    requirePolicies: isSet("refuse-without-policies"),
    leaderElection: isSet("leader-elect")
      ? {
          ...timing,
          namespace: text("leader-namespace") ?? "forge-system",
          // Unique to this process: a restarted container keeps its pod's name.
          identity: `${env["POD_NAME"] ?? hostname()}-${process.pid}-${Date.now().toString(36)}`,
        }
      : undefined,
    bindAddress: text("bind-address") ?? "0.0.0.0",
    port: number("port", 0, 65_535),
    otlpEndpoint: otlpEndpoint(text("otlp-endpoint")),
    logLevel: oneOf("log-level", logLevels),
  };
}
