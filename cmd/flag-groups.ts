/** Flags that mean the same in every program that takes them. */
import { logLevels } from "../src/telemetry/index.ts";
import type { Flags } from "./flags.ts";

export const clusterFlags = {
  kubeconfig: {
    value: "FILE",
    variable: "KUBECONFIG",
    help: "kubeconfig; in a pod its service account is used without one",
  },
} as const satisfies Flags;

export const registryFlags = {
  "insecure-registry": {
    value: "HOST",
    variable: "FORGE_INSECURE_REGISTRY",
    multiple: true,
    help: "registry host, with port, that plain http may reach; loopback always may",
  },
  "docker-config": {
    value: "FILE",
    variable: "FORGE_DOCKER_CONFIG",
    help: "Docker config.json (or Podman's auth.json) with the registry's credentials",
  },
  "credential-helper": {
    value: "NAME",
    multiple: true,
    help: "docker-credential-NAME may be started when that file names it",
  },
} as const satisfies Flags;

export const logFlags = {
  "log-level": {
    value: "LEVEL",
    variable: "FORGE_LOG_LEVEL",
    fallback: "info",
    help: logLevels.join(", "),
  },
} as const satisfies Flags;

export const helpFlags = { help: { help: "show this help" } } as const satisfies Flags;
