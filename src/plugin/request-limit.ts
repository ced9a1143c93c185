import { ForgeError } from "../api/index.ts";
import { ConcurrencyLimit } from "../concurrency/index.ts";

/** Requests worked on at once; those beyond what may wait get PluginOverloaded. */
export function requestLimit(atOnce: number, mayWait: number): ConcurrencyLimit {
  return new ConcurrencyLimit(atOnce, {
    mayWait,
    refusal: ({ running, waiting }) =>
      new ForgeError(
        "PluginOverloaded",
        `${running} requests are worked on and ${waiting} wait already`,
      ),
  });
}
