import { setTimeout as delay } from "node:timers/promises";
import { RegistryClient } from "../../src/oci/index.ts";
import { BlobStore } from "../../src/plugin/index.ts";
import type { Logger } from "../../src/telemetry/index.ts";
import { networkOf } from "../network.ts";
import { registryCredentials } from "../registry-credentials.ts";
import type { Config } from "./config.ts";
import { readSignatureKey } from "./signature-key.ts";

/** Shorter than the client's own: a request has less than a minute, and several registries' faults in it. */
const registryTimeouts = { silenceMs: 10_000, exchangeMs: 40_000 };

/** What generating needs, made from the settings. */
export function makeParts(config: Config, log: Logger) {
  const registry = new RegistryClient({
    network: networkOf(config, config.registries, { log }),
    insecureHosts: config.insecureRegistries,
    timeouts: registryTimeouts,
    log,
    ...registryCredentials(config),
  });
  const store =
    config.cacheFolder === undefined
      ? undefined
      : new BlobStore({
          folder: config.cacheFolder,
          maxBytes: config.cacheBytes,
          log,
          now: Date.now,
        });
  return {
    registry,
    store,
    allowedRegistries: config.registries,
    pathTemplates: config.pathTemplates,
    signatureKeys: config.signatureKeys.map(readSignatureKey),
    random: Math.random,
    sleep: (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }),
  };
}
