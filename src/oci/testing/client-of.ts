import { ownNetwork } from "../../network/index.ts";
import { RegistryClient } from "../registry/registry-client.ts";
import type { RegistryClientOptions } from "../registry/registry-http.ts";

/** A client whose clock stands still and whose waits end at once; `waits` tells how long they were. */
export function clientOf(
  options: Partial<RegistryClientOptions> = {},
): RegistryClient & { readonly waits: readonly number[] } {
  const waits: number[] = [];
  const client = new RegistryClient({
    network: ownNetwork(),
    now: () => Date.UTC(2026, 10, 20, 10, 0, 0),
    random: () => 0.5,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      waits.push(ms);
    },
    ...options,
  });
  return Object.assign(client, { waits });
}
