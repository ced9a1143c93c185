import type { LedgerOptions } from "../../src/ledger/index.ts";
import type { Limits } from "../../src/server/index.ts";
import { type LogLevel, logLevels } from "../../src/telemetry/index.ts";
import { flagLines, readFlagFile, readFlags } from "../flags.ts";
import { otlpEndpoint } from "../otlp.ts";
import { flags } from "./flags.ts";

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
  readonly limits: Limits;
  readonly graceMs: number;
  /** Undefined: nothing is traced. */
  readonly otlpEndpoint: string | undefined;
  readonly logLevel: LogLevel;
}

/** The text of --help. */
export function helpText(): string {
  return `forge-server serves the REST API: reads from its caches, writes in the caller's name.

Usage: forge-server [flags]

${flagLines(flags, 28)}
`;
}

/**
 * The settings of one run, or the wish for help.
 * @throws Error that names the flag which is wrong
 */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): Config | "help" {
  const { isSet, text, number, milliseconds, oneOf } = readFlags(flags, args, env);
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
    limits: {
      bodyBytes: number("maximum-body", 1_024, 16 * 1_024 * 1_024),
      timeoutMs: milliseconds("timeout"),
      concurrency: number("concurrency", 1, 10_000),
      rate: { perSecond: number("rate", 1, 100_000), burst: number("burst", 1, 100_000) },
      refusals: { perSecond: 5, burst: 50 },
      streams: number("streams", 0, 10_000),
      streamsPerCaller: number("streams-per-caller", 0, 10_000),
    },
    graceMs: milliseconds("grace"),
    otlpEndpoint: otlpEndpoint(text("otlp-endpoint")),
    logLevel: oneOf("log-level", logLevels),
  };
}

/** The URL may hold a password: it stands in a file, and in no message. */
function ledgerOf(
  file: string | undefined,
  urlFile: string | undefined,
): LedgerOptions | undefined {
  if (file !== undefined && urlFile !== undefined) {
    throw new Error("--ledger and --ledger-url-file exclude each other");
  }
  if (file !== undefined) return { sqlite: file };
  if (urlFile === undefined) return undefined;
  const postgres = readFlagFile("ledger-url-file", urlFile).trim();
  if (!/^postgres(ql)?:$/.test(URL.parse(postgres)?.protocol ?? "")) {
    throw new Error(`--ledger-url-file: ${urlFile} holds no postgres URL`);
  }
  return { postgres };
}
