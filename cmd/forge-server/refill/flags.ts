import type { Flags } from "../../flags.ts";
import { flags as controllerFlags } from "../../forge-controller/flags.ts";
import { flags as serverFlags } from "../flags.ts";

export const flags = {
  kubeconfig: serverFlags.kubeconfig,
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
  "insecure-registry": controllerFlags["insecure-registry"],
  "docker-config": controllerFlags["docker-config"],
  "credential-helper": controllerFlags["credential-helper"],
  "insecure-git-host": controllerFlags["insecure-git-host"],
  "log-level": serverFlags["log-level"],
  help: serverFlags.help,
} as const satisfies Flags;
