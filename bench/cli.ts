import { measureStart } from "./cli/start.ts";
import type { Benchmark } from "./frame.ts";

/** How long a person waits for the command to begin. */
export const cli: Benchmark = {
  name: "cli",
  about:
    "the forge command from start to end, bundled, and a list from a server on this machine; beside it kubectl version --client, and a Node that does nothing: the least that it can be.",
  run: measureStart,
};
