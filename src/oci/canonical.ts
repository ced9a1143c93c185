import { parseReference, parseRepository, type RepositoryName } from "./reference.ts";

/** Docker Hub under every name that clients know it by. */
const hubHosts = [
  "docker.io",
  "index.docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
];
const loopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

/**
 * One text for all spellings of one repository: case and default port of the host, this machine,
 * Docker Hub. Aliases of the Domain Name System are not known: two names may be one registry.
 */
export function canonicalRepository({ host, path }: RepositoryName): string {
  const canonical = canonicalHost(host);
  const isShort = canonical === "docker.io" && !path.includes("/");
  return `${canonical}/${isShort ? `library/${path}` : path}`;
}

/** The same of a reference's repository; undefined where the text is no reference. */
export function canonicalName(reference: string): string | undefined {
  return parsed(() => canonicalRepository(parseReference(reference)));
}

/** The same of a prefix, `<host>[/<path>]`; undefined where it is none. */
export function canonicalPrefix(prefix: string): string | undefined {
  const trimmed = prefix.replace(/\/$/, "");
  if (trimmed.includes("/")) {
    // A path alone is a whole one: the prefix of Docker Hub's library is written out.
    return parsed(() => {
      const { host, path } = parseRepository(`${trimmed}/x`);
      return `${canonicalHost(host)}/${path.slice(0, -2)}`;
    });
  }
  return parsed(() => canonicalHost(parseRepository(`${trimmed}/x/x`).host));
}

/** Whether a canonical repository is a canonical prefix, or lies below it. */
export function isWithinPrefix(repository: string, prefix: string): boolean {
  return repository === prefix || repository.startsWith(`${prefix}/`);
}

function canonicalHost(host: string): string {
  const { hostname, port } = new URL(`http://${host}`);
  const name = hostname.replace(/\.$/, "");
  if (hubHosts.includes(name)) return "docker.io";
  const known = loopbackHosts.includes(name) ? "localhost" : name;
  // http drops its own port, 80; which of the two a registry speaks is a setting.
  return port === "" || port === "443" ? known : `${known}:${port}`;
}

function parsed(parse: () => string): string | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
