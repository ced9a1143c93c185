import { isLoopback } from "../../api/index.ts";
import type { RepositoryName } from "../reference.ts";

/** Docker Hub's API lives under another name than its images carry. */
const dockerHubApi = "registry-1.docker.io";

/**
 * The API's base address: https, unless the host is configured as insecure, or is this machine
 * and has no certificates configured.
 */
export function originOf(
  host: string,
  insecureHosts: ReadonlySet<string>,
  tlsHosts: ReadonlySet<string> = new Set(),
): URL {
  const isLocal = isLoopback(new URL(`http://${host}`).hostname) && !tlsHosts.has(host);
  const plain = insecureHosts.has(host) || isLocal;
  const name = host === "docker.io" || host === "index.docker.io" ? dockerHubApi : host;
  return new URL(`${plain ? "http" : "https"}://${name}`);
}

export function apiUrl(origin: URL, name: RepositoryName, rest: string): URL {
  return new URL(`/v2/${name.path}/${rest}`, origin);
}

/**
 * Where a registry may send us on: never from https down to http, never to another scheme, and
 * from elsewhere never to this machine.
 */
export function isAllowedNext(from: URL, to: URL): boolean {
  if (to.username !== "" || to.password !== "") return false;
  if (isLoopback(to.hostname) && !isLoopback(from.hostname)) return false;
  return to.protocol === "https:" || (to.protocol === "http:" && from.protocol === "http:");
}
