import type { RegistryClient } from "../../src/oci/index.ts";
import { readFlagFile } from "../flags.ts";
import { registryCredentials } from "../registry-credentials.ts";
import type { Config } from "./config.ts";

type RegistryOptions = Omit<ConstructorParameters<typeof RegistryClient>[0], "network">;

/**
 * How registries are reached, by the settings.
 * @throws Error that names the flag whose file cannot be read
 */
export function registryOptions(config: Config): RegistryOptions {
  const { registryProxy, insecureRegistries, registry } = config;
  const [host = ""] = registry.split("/");
  const { ca, certificate, key } = config.registryTls;
  const settings = {
    ...(ca !== undefined && { ca: readFlagFile("registry-ca", ca) }),
    ...(certificate !== undefined && {
      cert: readFlagFile("registry-client-certificate", certificate),
    }),
    ...(key !== undefined && { key: readFlagFile("registry-client-key", key) }),
  };
  return {
    insecureHosts: insecureRegistries,
    ...(Object.keys(settings).length > 0 && { hosts: { [host]: settings } }),
    ...(registryProxy !== undefined && { proxy: registryProxy }),
    ...registryCredentials(config),
  };
}
