import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { isIP } from "node:net";
import { nameOf } from "./host-set.ts";

export type Lookup = (
  hostname: string,
  options: { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Every address of a host; a literal address is its own. */
export function resolve(
  hostname: string,
  lookup: Lookup = systemLookup,
): Promise<readonly LookupAddress[]> {
  const name = nameOf(hostname);
  const family = isIP(name);
  if (family !== 0) return Promise.resolve([{ address: name, family }]);
  return new Promise((done, failed) => {
    lookup(hostname, { all: true }, (error, addresses) => {
      if (error !== null) failed(error);
      else if (addresses.length === 0) failed(new Error(`${hostname} has no address`));
      else done(addresses);
    });
  });
}
