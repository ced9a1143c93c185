/** The network of a program: hosts of its own flags, and ranges that others may name hosts in. */
import { isRange, Network, privateRanges } from "../src/network/index.ts";
import type { Logger } from "../src/telemetry/index.ts";
import type { Flags } from "./flags.ts";

const none = "none";

export const networkFlags = {
  "allowed-range": {
    value: "CIDR",
    variable: "FORGE_ALLOWED_RANGES",
    multiple: true,
    fallback: privateRanges.join(","),
    help: "addresses, besides public ones, that hosts named by objects and servers may have; !CIDR excludes, none allows no others",
  },
} as const satisfies Flags;

/** @throws Error that names the range which is none */
export function allowedRanges(given: readonly string[]): readonly string[] {
  const ranges = given.filter((range) => range !== none);
  const wrong = ranges.find((range) => !isRange(range.replace(/^!/, "")));
  if (wrong === undefined) return ranges;
  throw new Error(`--allowed-range: ${wrong} is no range of addresses such as 10.0.0.0/8`);
}

export interface NetworkConfig {
  readonly allowedRanges: readonly string[];
  readonly insecureRegistries: readonly string[];
  readonly insecureGitHosts?: readonly string[];
}

/** @param registries prefixes that the program's own flags name */
export function networkOf(
  config: NetworkConfig,
  registries: readonly string[],
  rest: { readonly log: Pick<Logger, "warn">; readonly apiServer?: URL },
): Network {
  const hosts = registries.map((prefix) => prefix.split("/")[0] ?? prefix);
  const { insecureRegistries, insecureGitHosts = [] } = config;
  return new Network({
    ...rest,
    allowedRanges: config.allowedRanges,
    ownHosts: [...hosts, ...insecureRegistries, ...insecureGitHosts],
  });
}
