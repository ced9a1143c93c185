import { credentialHelpers, credentialsFromDockerConfig } from "../src/oci/index.ts";
import { readFlagFile } from "./flags.ts";

/**
 * Credentials from the file of --docker-config, and from the helpers of --credential-helper that it names.
 * @throws Error that names the flag whose file cannot be read
 */
export function registryCredentials(settings: {
  readonly dockerConfig: string | undefined;
  readonly credentialHelpers: readonly string[];
}): { credentials?: ReturnType<typeof credentialsFromDockerConfig> } {
  if (settings.dockerConfig === undefined) return {};
  return {
    credentials: credentialsFromDockerConfig(
      readFlagFile("docker-config", settings.dockerConfig),
      credentialHelpers({ allowed: settings.credentialHelpers }),
    ),
  };
}
