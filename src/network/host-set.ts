/** A host as it is compared: lower case, without brackets and without the root's dot. */
export function nameOf(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
}

export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "http:" ? 80 : 443;
}

/** Hosts with their ports; an entry without a port is that of http and https. */
export class HostSet {
  readonly #entries = new Set<string>();

  constructor(hosts: readonly string[]) {
    for (const host of hosts) {
      const url = URL.parse(`http://${host}`);
      if (url === null) continue;
      // A URL leaves out its scheme's own port: it is the same as none.
      const ports = url.port === "" ? [80, 443] : [Number(url.port)];
      for (const port of ports) this.#entries.add(`${nameOf(url.hostname)} ${port}`);
    }
  }

  has(url: URL): boolean {
    return this.#entries.has(`${nameOf(url.hostname)} ${portOf(url)}`);
  }
}
