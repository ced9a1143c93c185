import { clusterFlags, helpFlags, logFlags } from "../flag-groups.ts";
import type { Flags, readFlags } from "../flags.ts";
import { otlpFlag } from "../otlp.ts";

export const flags = {
  ...clusterFlags,
  namespace: {
    value: "NAME",
    variable: "FORGE_NAMESPACE",
    help: "serve this namespace alone instead of all",
  },
  "bind-address": { value: "ADDRESS", fallback: "0.0.0.0", help: "address that is listened on" },
  port: { value: "PORT", fallback: "8443", help: "port of the API; 0 takes a free one" },
  "health-port": {
    value: "PORT",
    fallback: "8080",
    help: "port of /healthz, /readyz and /metrics; 0 takes a free one",
  },
  "tls-certificate": { value: "FILE", help: "certificate chain in PEM; without it, plain http" },
  "tls-key": { value: "FILE", help: "its key in PEM" },
  "oidc-issuer": {
    value: "URL",
    variable: "FORGE_OIDC_ISSUER",
    help: "impersonate people whose tokens are of this OpenID Connect issuer; without it, nobody",
  },
  "oidc-audience": {
    value: "NAME",
    variable: "FORGE_OIDC_AUDIENCE",
    help: "what such tokens are for: their claim aud",
  },
  "oidc-username-claim": { value: "CLAIM", fallback: "sub", help: "who somebody is" },
  "oidc-groups-claim": { value: "CLAIM", help: "what groups somebody is in; none without it" },
  "oidc-prefix": {
    value: "TEXT",
    fallback: "oidc:",
    help: "before each name and group, so that none is one of the cluster's own",
  },
  "oidc-group": {
    value: "NAME",
    variable: "FORGE_OIDC_GROUPS",
    multiple: true,
    help: "group, with its prefix, that is taken from a token; all others are left out",
  },
  "oidc-ca": {
    value: "FILE",
    variable: "FORGE_OIDC_CA",
    help: "certificate authority of the issuer, in PEM, besides the system's",
  },
  ledger: {
    value: "FILE",
    variable: "FORGE_LEDGER",
    help: "file of the ledger (SQLite: one replica)",
  },
  "ledger-url-file": {
    value: "FILE",
    variable: "FORGE_LEDGER_URL_FILE",
    help: "file with the URL of a PostgreSQL database for the ledger, instead",
  },
  "ledger-retention": {
    value: "TIME",
    variable: "FORGE_LEDGER_RETENTION",
    help: "entries older than this are removed, such as 365d; without it, none are",
  },
  "maximum-body": { value: "BYTES", fallback: "2097152", help: "largest body of a request" },
  timeout: { value: "TIME", fallback: "30s", help: "of one request" },
  concurrency: {
    value: "NUMBER",
    fallback: "128",
    help: "requests worked on at once; as many may wait",
  },
  "concurrency-per-caller": {
    value: "NUMBER",
    fallback: "32",
    help: "of those worked on at once, the share of one caller",
  },
  rate: { value: "NUMBER", fallback: "100", help: "requests a second of one caller" },
  burst: { value: "NUMBER", fallback: "400", help: "so many at once, after a pause" },
  "trusted-proxy": {
    value: "NETWORK",
    variable: "FORGE_TRUSTED_PROXIES",
    multiple: true,
    help: "network of proxies, such as 10.0.0.0/8, whose X-Forwarded-For or Forwarded is believed; without it, none",
  },
  "connections-per-address": {
    value: "NUMBER",
    fallback: "1024",
    help: "connections of one address, of 4096 in all",
  },
  streams: { value: "NUMBER", fallback: "500", help: "listeners to events at once" },
  "streams-per-caller": { value: "NUMBER", fallback: "20", help: "of one caller" },
  grace: { value: "TIME", fallback: "20s", help: "for requests under way when it stops" },
  "otlp-endpoint": otlpFlag,
  ...logFlags,
  ...helpFlags,
} as const satisfies Flags;

/** What was given for each of them. */
export type GivenFlags = ReturnType<typeof readFlags<typeof flags>>;
