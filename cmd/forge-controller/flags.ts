import { clusterFlags, helpFlags, logFlags, registryFlags } from "../flag-groups.ts";
import type { Flags } from "../flags.ts";
import { networkFlags } from "../network.ts";
import { otlpFlag } from "../otlp.ts";

export const flags = {
  registry: {
    value: "PREFIX",
    variable: "FORGE_REGISTRY",
    help: "registry and prefix of release images, such as registry.example.com/releases (required)",
  },
  "allowed-prefix": {
    value: "PREFIX",
    variable: "FORGE_ALLOWED_PREFIXES",
    multiple: true,
    help: "registry and prefix that namespaces may write to and look in, {namespace} for each its own; without it that of --registry, and what Projects used before",
  },
  ...registryFlags,
  "insecure-git-host": {
    value: "HOST",
    multiple: true,
    help: "git host, with port, that plain http may reach; loopback always may",
  },
  ...networkFlags,
  "registry-ca": {
    value: "FILE",
    variable: "FORGE_REGISTRY_CA",
    help: "certificate authority of that registry, in PEM, besides the system's",
  },
  "registry-client-certificate": {
    value: "FILE",
    variable: "FORGE_REGISTRY_CLIENT_CERTIFICATE",
    help: "certificate that forge shows that registry, in PEM",
  },
  "registry-client-key": {
    value: "FILE",
    variable: "FORGE_REGISTRY_CLIENT_KEY",
    help: "its key, in PEM",
  },
  "registry-proxy": {
    value: "URL",
    variable: "HTTPS_PROXY",
    help: "proxy to registries",
  },
  "no-proxy": {
    value: "HOSTS",
    variable: "NO_PROXY",
    fallback: "localhost,127.0.0.1,::1",
    help: "registries that are reached without it, divided by commas",
  },
  "cue-module": {
    value: "FILE",
    variable: "FORGE_CUE_MODULE",
    help: "cue.wasm, which renders projects in CUE, where it is not beside the program",
  },
  extension: {
    value: "FILE",
    multiple: true,
    help: "module with a ReleaseExtension of your own, run with the controller's rights",
  },
  ...clusterFlags,
  namespace: {
    value: "NAME",
    variable: "FORGE_NAMESPACE",
    help: "look at this namespace alone instead of all",
  },
  "argocd-namespace": {
    value: "NAME",
    multiple: true,
    help: "namespace of Argo CD's Applications, to report on them and to ask for a refresh",
  },
  "flux-namespace": {
    value: "NAME",
    multiple: true,
    help: "namespace of Flux's sources and Kustomizations, to report on them and to ask for a look",
  },
  "attempt-journal": {
    value: "FILE",
    variable: "FORGE_ATTEMPT_JOURNAL",
    help: "file that outlives the process and names attempts in flight: after a crash their objects wait (default: none)",
  },
  "leader-elect": { help: "take turns with other controllers by a Lease" },
  "leader-namespace": {
    value: "NAME",
    variable: "POD_NAMESPACE",
    fallback: "forge-system",
    help: "namespace of that Lease",
  },
  "lease-duration": {
    value: "TIME",
    fallback: "15s",
    help: "how long others wait after the last renewal that they saw",
  },
  "renew-deadline": {
    value: "TIME",
    fallback: "10s",
    help: "how long a leader goes on without renewal; shorter than the lease",
  },
  "retry-period": {
    value: "TIME",
    fallback: "2s",
    help: "between renewals; shorter than half of the renew deadline",
  },
  shard: {
    value: "NAME",
    variable: "FORGE_SHARD",
    help: "work on the projects labelled forge.dev/shard=NAME, instead of those without the label",
  },
  "refuse-without-policies": {
    help: "commit no deployment unless the admission policies of this version are in force",
  },
  "bind-address": {
    value: "ADDRESS",
    fallback: "0.0.0.0",
    help: "address that /healthz, /readyz and /metrics are served on",
  },
  port: {
    value: "PORT",
    fallback: "8080",
    help: "port that they are served on; 0 takes a free one",
  },
  "otlp-endpoint": otlpFlag,
  ...logFlags,
  ...helpFlags,
} as const satisfies Flags;
