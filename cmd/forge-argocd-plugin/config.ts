import { checkRegistryPrefix, defaultPathTemplate } from "../../src/plugin/index.ts";
import { type LogLevel, logLevels } from "../../src/telemetry/index.ts";
import { helpFlags, logFlags, registryFlags } from "../flag-groups.ts";
import { type Flags, flagLines, readFlags } from "../flags.ts";
import { allowedRanges, networkFlags } from "../network.ts";

/** What both ways of running the plugin need. */
export interface Config {
  /** Registry prefixes that images may come from. */
  readonly registries: readonly string[];
  readonly insecureRegistries: readonly string[];
  /** Besides public addresses; `!` before a range excludes it. */
  readonly allowedRanges: readonly string[];
  readonly dockerConfig: string | undefined;
  readonly credentialHelpers: readonly string[];
  readonly pathTemplates: readonly string[];
  /** Files in PEM, each a public key; none: images need not be signed. */
  readonly signatureKeys: readonly string[];
  /** undefined: nothing is kept on disk. */
  readonly cacheFolder: string | undefined;
  readonly cacheBytes: number;
  readonly timeoutMs: number;
  readonly logLevel: LogLevel;
}

export interface ServeConfig extends Config {
  readonly socket: string;
  readonly socketMode: number;
  readonly memoryBytes: number;
  readonly concurrency: number;
  readonly drainMs: number;
  readonly bindAddress: string;
  readonly port: number;
}

const flags = {
  registry: {
    value: "PREFIX",
    variable: "FORGE_REGISTRY",
    multiple: true,
    help: "registry and prefix that images may come from, such as registry.example.com/releases (required)",
  },
  ...registryFlags,
  ...networkFlags,
  "signature-key": {
    value: "FILE",
    multiple: true,
    help: "public key in PEM (ECDSA P-256), as cosign writes it: one of them must have signed the image",
  },
  path: {
    value: "TEMPLATE",
    variable: "FORGE_PATH",
    multiple: true,
    fallback: defaultPathTemplate,
    help: "folder where a pointer may lie, as the Environments' gitOps.path has it",
  },
  cache: {
    value: "FOLDER",
    variable: "FORGE_CACHE",
    help: "folder to keep images in; none are kept on disk without it",
  },
  "cache-size": { value: "MIB", fallback: "1024", help: "how much of the disk that may take" },
  timeout: {
    value: "TIME",
    fallback: "55s",
    help: "longest time for one request; below Argo CD's own timeout of 60s",
  },
  ...logFlags,
  socket: {
    value: "FILE",
    variable: "FORGE_SOCKET",
    fallback: "/home/argocd/cmp-server/plugins/forge-v1.sock",
    help: "socket to serve: <Argo CD's plugin folder>/<plugin name>.sock",
  },
  "socket-mode": {
    value: "OCTAL",
    fallback: "0660",
    help: "its mode: who may write to it may ask; repo-server runs as user and group 999",
  },
  "memory-size": {
    value: "MIB",
    fallback: "32",
    help: "how much memory generated manifests may take",
  },
  concurrency: { value: "COUNT", fallback: "16", help: "requests worked on at once" },
  "drain-timeout": {
    value: "TIME",
    fallback: "20s",
    help: "how long requests may go on after SIGTERM",
  },
  "bind-address": {
    value: "ADDRESS",
    fallback: "0.0.0.0",
    help: "address that /healthz, /readyz and /metrics are served on",
  },
  port: {
    value: "PORT",
    fallback: "8090",
    help: "port that they are served on; 0 takes a free one",
  },
  ...helpFlags,
} as const satisfies Flags;

/** The text of --help. */
export function helpText(): string {
  return `forge-argocd-plugin turns release pointers into manifests for Argo CD.

Usage: forge-argocd-plugin --registry PREFIX [flags]            serve Argo CD's repo-server on a socket
       forge-argocd-plugin generate --registry PREFIX [flags]   print the manifests of the folder that one is in,
                                                                for Argo CD's own plugin server

generate takes the flags from --registry to --log-level, and prints its log to stderr.

${flagLines(flags, 28)}
`;
}

/**
 * The settings of one run, or the wish for help.
 * @throws Error that names the flag which is wrong
 */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): ServeConfig | "help" {
  const { isSet, text, list, number, milliseconds, oneOf } = readFlags(flags, args, env);
  if (isSet("help")) return "help";

  const registries = list("registry");
  if (registries.length === 0) throw new Error("--registry (or $FORGE_REGISTRY) is required");
  for (const registry of registries) checkRegistryPrefix(registry);
  return {
    registries,
    insecureRegistries: list("insecure-registry"),
    allowedRanges: allowedRanges(list("allowed-range")),
    dockerConfig: text("docker-config"),
    credentialHelpers: list("credential-helper"),
    pathTemplates: list("path"),
    signatureKeys: list("signature-key"),
    cacheFolder: text("cache"),
    cacheBytes: number("cache-size", 1, 1_048_576) * 1024 * 1024,
    timeoutMs: milliseconds("timeout"),
    logLevel: oneOf("log-level", logLevels),
    socket: text("socket") ?? "",
    socketMode: octal(text("socket-mode") ?? ""),
    memoryBytes: number("memory-size", 1, 65_536) * 1024 * 1024,
    concurrency: number("concurrency", 1, 1_000),
    drainMs: milliseconds("drain-timeout"),
    bindAddress: text("bind-address") ?? "",
    port: number("port", 0, 65_535),
  };
}

function octal(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) throw new Error(`--socket-mode: ${text} is no mode such as 0660`);
  return Number.parseInt(text, 8);
}
