import { clusterFlags, helpFlags, logFlags, registryFlags } from "../../flag-groups.ts";
import type { Flags } from "../../flags.ts";
import { flags as controllerFlags } from "../../forge-controller/flags.ts";
import { networkFlags } from "../../network.ts";
import { flags as serverFlags } from "../flags.ts";

export const flags = {
  ...clusterFlags,
  namespace: {
    value: "NAME",
    variable: "FORGE_NAMESPACE",
    help: "read this namespace alone instead of all",
  },
  ledger: serverFlags.ledger,
  "ledger-url-file": serverFlags["ledger-url-file"],
  registry: {
    value: "PREFIX",
    variable: "FORGE_REGISTRY",
    help: "the controller's --registry; without it, registries are not read",
  },
  ...registryFlags,
  ...networkFlags,
  "insecure-git-host": controllerFlags["insecure-git-host"],
  ...logFlags,
  ...helpFlags,
} as const satisfies Flags;
