import type { Logger } from "../telemetry/index.ts";
import type { AddressPolicyOptions } from "./address-policy.ts";
import type { Lookup } from "./resolve.ts";

export interface NetworkOptions extends AddressPolicyOptions {
  /** Told why a host of a tenant was not reached. */
  readonly log?: Pick<Logger, "warn">;
  readonly lookup?: Lookup;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}
