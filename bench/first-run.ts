import { measureFirstRun } from "./first-run/measure.ts";
import type { Benchmark } from "./frame.ts";

/** How long a person waits who has just cloned the repository. */
export const firstRun: Benchmark = {
  name: "first-run",
  about:
    "make demo of a fresh clone with empty caches of Go and of tools, until its first step and to its end; beside it a plain go build of etcd, kube-apiserver, kubectl, the registry and crane, with empty caches too. Then make demo again. --warm-only leaves out the empty caches; --plain-only and --cold-only measure one of the two.",
  run: measureFirstRun,
};
