import type { LedgerOptions } from "../../src/ledger/index.ts";
import { type Limits, TrustedProxies } from "../../src/server/index.ts";
import { type LogLevel, logLevels } from "../../src/telemetry/index.ts";
import { flagLines, readFlags } from "../flags.ts";
import { otlpEndpoint } from "../otlp.ts";
import { flags, type GivenFlags } from "./flags.ts";
import { ledgerOf } from "./ledger-options.ts";
import { dayMs } from "./ledger-retention.ts";
import { type OidcConfig, oidcOf } from "./oidc-options.ts";

export interface Config {
  readonly kubeconfig: string | undefined;
  /** undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly bindAddress: string;
  readonly port: number;
  readonly healthPort: number;
  /** Files in PEM. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly ledger: LedgerOptions | undefined;
  /** Whole days; undefined: nothing is ever removed. */
  readonly ledgerRetentionMs: number | undefined;
  /** Whose tokens it takes by itself; undefined: the API server alone knows who somebody is. */
  readonly oidc: OidcConfig | undefined;
  readonly limits: Limits;
  readonly connectionsPerAddress: number;
  readonly proxies: TrustedProxies;
  readonly graceMs: number;
  /** Undefined: nothing is traced. */
  readonly otlpEndpoint: string | undefined;
  readonly logLevel: LogLevel;
}

/** The text of --help. */
export function helpText(): string {
  return `forge-server serves the REST API: reads from its caches, writes in the caller's name.

Usage: forge-server [flags]
       forge-server refill-ledger --help

${flagLines(flags, 28)}
`;
}

/**
 * The settings of one run, or the wish for help.
 * @throws Error that names the flag which is wrong
 */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): Config | "help" {
  const given = readFlags(flags, args, env);
  const { isSet, text, number, milliseconds, oneOf } = given;
  if (isSet("help")) return "help";

  const certificate = text("tls-certificate");
  const key = text("tls-key");
  if ((certificate === undefined) !== (key === undefined)) {
    throw new Error("--tls-certificate and --tls-key need each other");
  }
  return {
    kubeconfig: text("kubeconfig"),
    namespace: text("namespace"),
    bindAddress: text("bind-address") ?? "0.0.0.0",
    port: number("port", 0, 65_535),
    healthPort: number("health-port", 0, 65_535),
    tls: certificate === undefined || key === undefined ? undefined : { certificate, key },
    ledger: ledgerOf(text("ledger"), text("ledger-url-file")),
    ledgerRetentionMs: retentionOf(given),
    oidc: oidcOf(given),
    limits: {
      bodyBytes: number("maximum-body", 1_024, 16 * 1_024 * 1_024),
      timeoutMs: milliseconds("timeout"),
      concurrency: number("concurrency", 1, 10_000),
      concurrencyPerCaller: number("concurrency-per-caller", 1, 10_000),
      rate: { perSecond: number("rate", 1, 100_000), burst: number("burst", 1, 100_000) },
      refusals: { perSecond: 5, burst: 50 },
      streams: number("streams", 0, 10_000),
      streamsPerCaller: number("streams-per-caller", 0, 10_000),
    },
    connectionsPerAddress: number("connections-per-address", 1, 4_096),
    proxies: proxiesOf(given),
    graceMs: milliseconds("grace"),
    otlpEndpoint: otlpEndpoint(text("otlp-endpoint")),
    logLevel: oneOf("log-level", logLevels),
  };
}

function retentionOf({ text, milliseconds }: GivenFlags): number | undefined {
  const given = text("ledger-retention");
  if (given === undefined) return undefined;
  const ms = milliseconds("ledger-retention");
  if (ms % dayMs === 0) return ms;
  throw new Error(`--ledger-retention: ${given} is not in whole days, such as 365d`);
}

function proxiesOf({ list }: GivenFlags): TrustedProxies {
  try {
    return new TrustedProxies(list("trusted-proxy"));
  } catch (error) {
    throw new Error(`--trusted-proxy: ${(error as Error).message}`, { cause: error });
  }
}
