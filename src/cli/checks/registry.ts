/** Whether a registry lets somebody begin an upload, which is cancelled at once. */
import { join } from "node:path";
import { messageOf } from "../../api/index.ts";
import { ownNetwork } from "../../network/index.ts";
import { credentialsFromDockerConfig, RegistryClient, releaseRepository } from "../../oci/index.ts";
import type { Terminal } from "../ports.ts";
import type { Finding } from "./finding.ts";

const timeoutMs = 15_000;

export interface RegistrySettings {
  /** Of the controller's --registry; undefined: nothing is tried. */
  readonly prefix: string | undefined;
  /** As `docker login` writes it; that of the one who asks when absent. */
  readonly dockerConfig: string | undefined;
  readonly insecureHosts: readonly string[];
}

export async function registryFinding(
  terminal: Pick<Terminal, "env" | "readFile">,
  { prefix, dockerConfig, insecureHosts }: RegistrySettings,
): Promise<Finding> {
  const check = "registry";
  if (prefix === undefined) {
    return { check, message: "not tried: name it with --registry, as the controller's" };
  }
  try {
    const name = releaseRepository(prefix, "forge", "check");
    const signal = AbortSignal.timeout(timeoutMs);
    const login = await readLogin(terminal, dockerConfig);
    await using registry = new RegistryClient({
      network: ownNetwork(),
      insecureHosts,
      ...(login !== undefined && { credentials: credentialsFromDockerConfig(login) }),
    });
    await registry.checkPush(name, signal);
    const who = login === undefined ? "anybody" : "you, as you are logged in,";
    return { check, ok: true, message: `${prefix} lets ${who} begin an upload` };
  } catch (error) {
    return { check, ok: false, message: messageOf(error) };
  }
}

/** Where Docker keeps it; a file that was named must be there. */
async function readLogin(
  { env, readFile }: Pick<Terminal, "env" | "readFile">,
  given: string | undefined,
): Promise<string | undefined> {
  if (given !== undefined) return readFile(given);
  const folder = env["DOCKER_CONFIG"] || join(env["HOME"] ?? ".", ".docker");
  return readFile(join(folder, "config.json")).catch(() => undefined);
}
