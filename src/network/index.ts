export type { AddressPolicyOptions, Reach } from "./address-policy.ts";
export { isRange, parseRange } from "./address-ranges.ts";
export {
  type ConnectionOptions,
  type Connections,
  HostUnreachable,
  type Outgoing,
  unreachableHint,
} from "./connections.ts";
export { type ConnectOptions, RefusedAddress } from "./guarded-connect.ts";
export { nameOf } from "./host-set.ts";
export { Network, ownNetwork, privateRanges } from "./network.ts";
export type { NetworkOptions } from "./ports.ts";
export type { Lookup } from "./resolve.ts";
