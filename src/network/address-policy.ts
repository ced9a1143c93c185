import { isIP } from "node:net";
import { addressKind } from "./address-kind.ts";
import { AddressRanges } from "./address-ranges.ts";
import { HostSet, nameOf } from "./host-set.ts";

/** `public`: public addresses alone, also where others are allowed. */
export type Reach = "allowed" | "public";

export interface AddressPolicyOptions {
  /** Ranges that are not public and may be connected to; with `!` before it, one that may not. */
  readonly allowedRanges: readonly string[];
  /** Hosts that the installation itself names, with port unless 80 or 443; `all`: every host. */
  readonly ownHosts: readonly string[] | "all";
  /** Never connected to for a tenant. */
  readonly apiServer?: URL | undefined;
}

export type Verdict =
  | { readonly allowed: true; readonly isPublic: boolean }
  | { readonly allowed: false; readonly why: string };

/** Names of metadata services: behind a proxy nobody but the proxy sees their addresses. */
const metadataNames = ["metadata", "metadata.google.internal", "instance-data"];

/**
 * Where forge connects to. The installation chooses its own hosts freely; hosts that objects of a
 * namespace name, and hosts that servers refer to, are public or within the allowed ranges.
 */
export class AddressPolicy {
  readonly #allowed: AddressRanges;
  readonly #excluded: AddressRanges;
  readonly #own: HostSet | "all";
  readonly apiServer: URL | undefined;

  /** @throws TypeError that names the range which is none */
  constructor({ allowedRanges, ownHosts, apiServer }: AddressPolicyOptions) {
    const isExcluded = (range: string) => range.startsWith("!");
    this.#allowed = new AddressRanges(allowedRanges.filter((range) => !isExcluded(range)));
    this.#excluded = new AddressRanges(
      allowedRanges.filter(isExcluded).map((range) => range.slice(1)),
    );
    this.#own = ownHosts === "all" ? "all" : new HostSet(ownHosts);
    this.apiServer = apiServer;
  }

  /** Whether the installation itself names this host and port. */
  isOwn(url: URL): boolean {
    return this.#own === "all" || this.#own.has(url);
  }

  /** @param apiServer addresses of the API server, where the port is its own */
  judge(address: string, url: URL, reach: Reach, apiServer: readonly string[] = []): Verdict {
    const kind = addressKind(address);
    if (kind === "never") return refused(`${address} is a link-local or reserved address`);
    const isPublic = kind === "public";
    if (reach === "public" && !isPublic) return refused(`${address} is not public`);
    if (this.isOwn(url)) return { allowed: true, isPublic };
    if (this.#excluded.has(address)) return refused(`${address} is excluded`);
    if (isPublic) return { allowed: true, isPublic };
    if (apiServer.includes(address)) return refused(`${address} is the API server's`);
    if (this.#allowed.has(address)) return { allowed: true, isPublic };
    return refused(`${address} is in no allowed range`);
  }

  /** Judges what a name alone says: literal addresses, this machine, metadata services. */
  judgeName(url: URL, reach: Reach): Verdict | undefined {
    const name = nameOf(url.hostname);
    if (isIP(name) !== 0) return this.judge(name, url, reach);
    if (name === "localhost" || name.endsWith(".localhost")) {
      return this.judge("127.0.0.1", url, reach);
    }
    return metadataNames.includes(name) ? refused(`${name} is a metadata service`) : undefined;
  }
}

function refused(why: string): Verdict {
  return { allowed: false, why };
}
