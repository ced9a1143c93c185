import { readFileSync } from "node:fs";
import {
  credentialHelpers,
  credentialsFromDockerConfig,
  type RegistryClient,
} from "../../src/oci/index.ts";
import type { Config } from "./config.ts";

type RegistryOptions = NonNullable<ConstructorParameters<typeof RegistryClient>[0]>;

/**
 * How registries are reached, by the settings.
 * @throws Error that names the flag whose file cannot be read
 */
export function registryOptions(config: Config): RegistryOptions {
  const { dockerConfig, registryProxy, insecureRegistries, registry } = config;
  const [host = ""] = registry.split("/");
  const { ca, certificate, key } = config.registryTls;
  const settings = {
    ...(ca !== undefined && { ca: read("registry-ca", ca) }),
    ...(certificate !== undefined && { cert: read("registry-client-certificate", certificate) }),
    ...(key !== undefined && { key: read("registry-client-key", key) }),
  };
  return {
    insecureHosts: insecureRegistries,
    ...(Object.keys(settings).length > 0 && { hosts: { [host]: settings } }),
    ...(registryProxy !== undefined && { proxy: registryProxy }),
    ...(dockerConfig !== undefined && {
      credentials: credentialsFromDockerConfig(
        read("docker-config", dockerConfig),
        credentialHelpers({ allowed: config.credentialHelpers }),
      ),
    }),
  };
}

function read(flag: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unreadable";
    throw new Error(`--${flag}: ${file} cannot be read (${code})`, { cause });
  }
}
