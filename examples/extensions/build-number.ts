// An extension of forge-controller: every release is also called build-<number>, and its metadata
// says which day it was asked for. `--extension examples/extensions/build-number.ts` loads it.
import type { ReleaseExtension } from "../../src/triggers/index.ts";

export const extension: ReleaseExtension = {
  name: "build-number",
  aliases: ({ number }) => [`build-${number}`],
  metadata: ({ trigger, number }) => ({
    "company.com/build": `build-${number}`,
    // What is not given by the release itself must not be asked for: no clock, no network.
    ...(trigger.time !== undefined && { "company.com/day": trigger.time.slice(0, 10) }),
  }),
};
