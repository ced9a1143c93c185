import { AddressPolicy } from "./address-policy.ts";
import { type ConnectionOptions, Connections } from "./connections.ts";
import type { NetworkOptions } from "./ports.ts";

/** The one way out: whatever forge connects to over HTTP is judged here. */
export class Network {
  readonly #policy: AddressPolicy;
  readonly #options: NetworkOptions;

  /** @throws TypeError that names the range which is none */
  constructor(options: NetworkOptions) {
    this.#policy = new AddressPolicy(options);
    this.#options = options;
  }

  open(options: ConnectionOptions = {}): Connections {
    return new Connections(this.#policy, this.#options, options);
  }
}

/**
 * For hosts that the one who runs the program chose: the command, on a person's own machine, and
 * the server's issuer. Link-local addresses are refused all the same.
 */
export function ownNetwork(options: Pick<NetworkOptions, "log" | "lookup"> = {}): Network {
  return new Network({ ...options, allowedRanges: [], ownHosts: "all" });
}

/** Private ranges without this machine's own: reached unless an installation says otherwise. */
export const privateRanges: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "fc00::/7",
];
