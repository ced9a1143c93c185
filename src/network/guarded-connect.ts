import type { LookupFunction } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { buildConnector } from "undici";
import type { AddressPolicy, Reach } from "./address-policy.ts";
import { portOf } from "./host-set.ts";
import { type Lookup, resolve } from "./resolve.ts";

export type ConnectOptions = Pick<ConnectionOptions, "ca" | "cert" | "key">;

export interface GuardedConnectOptions {
  readonly policy: AddressPolicy;
  readonly reach: Reach;
  readonly connect: ConnectOptions;
  /** Name resolution included. */
  readonly timeoutMs: number;
  /** The same for addresses that are not public and that the installation does not name. */
  readonly hiddenMs: number;
  readonly lookup: Lookup | undefined;
  /** Reports, before anything is connected to, whether every address of a host is public. */
  readonly onJudged: (url: URL, isPublic: boolean) => void;
}

/** An address that nothing connects to. The message is for the installation, not for tenants. */
export class RefusedAddress extends Error {
  override readonly name = "RefusedAddress";
}

/**
 * A connector that judges addresses after name resolution and connects to those very addresses, so
 * that a name which changes in between (DNS rebinding) gains nothing. One refused address of a
 * name refuses the name.
 */
export function guardedConnect(options: GuardedConnectOptions): buildConnector.connector {
  return (target, callback) => {
    const url = new URL(`${target.protocol}//${target.host ?? target.hostname}`);
    void (async () => {
      let found: Judged;
      try {
        found = await inTime(judged(url, target.hostname, options), url, options.timeoutMs);
      } catch (error) {
        callback(error as Error, null);
        return;
      }
      const { lookup, isPublic } = found;
      const { connect, hiddenMs, policy, timeoutMs } = options;
      const isHidden = !isPublic && !policy.isOwn(url);
      const timeout = isHidden ? Math.min(hiddenMs, timeoutMs) : timeoutMs;
      buildConnector({ ...connect, lookup, timeout })(target, callback);
    })();
  };
}

/** A resolver may take longer than anybody waits for a connection. */
async function inTime<T>(result: Promise<T>, url: URL, timeoutMs: number): Promise<T> {
  const deadline = Promise.withResolvers<never>();
  const late = new Error(`${url.host}: its name is not resolved in time`);
  const timer = setTimeout(() => deadline.reject(late), timeoutMs);
  try {
    return await Promise.race([result, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}

interface Judged {
  /** Answers the addresses that were judged. */
  readonly lookup: LookupFunction;
  readonly isPublic: boolean;
}

async function judged(
  url: URL,
  hostname: string,
  { policy, reach, lookup, onJudged }: GuardedConnectOptions,
): Promise<Judged> {
  onJudged(url, false);
  const addresses = await resolve(hostname, lookup);
  const apiServer = await apiServerAddresses(policy, url, lookup);
  const verdicts = addresses.map(({ address }) => policy.judge(address, url, reach, apiServer));
  const refused = verdicts.find(({ allowed }) => !allowed);
  if (refused?.allowed === false) throw new RefusedAddress(`${url.host}: ${refused.why}`);
  const isPublic = verdicts.every((verdict) => verdict.allowed && verdict.isPublic);
  if (isPublic) onJudged(url, true);
  const pinned: LookupFunction = (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first?.address ?? "", first?.family);
  };
  return { lookup: pinned, isPublic };
}

/**
 * Addresses of the API server, where the port is its own; other ports of its machine are judged by
 * ranges.
 */
async function apiServerAddresses(
  { apiServer }: AddressPolicy,
  url: URL,
  lookup: Lookup | undefined,
): Promise<readonly string[]> {
  if (apiServer === undefined || portOf(url) !== portOf(apiServer)) return [];
  const addresses = await resolve(apiServer.hostname, lookup).catch(() => []);
  return addresses.map(({ address }) => address);
}
