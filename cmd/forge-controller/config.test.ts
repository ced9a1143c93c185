import { describe, expect, test } from "vitest";
import { privateRanges } from "../../src/network/index.ts";
import { type Config, helpText, readConfig } from "./config.ts";

const registry = "--registry=registry.example.com/releases";

describe("readConfig", () => {
  test("a registry is enough", () => {
    expect(readConfig([registry], {})).toEqual({
      kubeconfig: undefined,
      registry: "registry.example.com/releases",
      allowedPrefixes: undefined,
      insecureRegistries: [],
      insecureGitHosts: [],
      allowedRanges: privateRanges,
      dockerConfig: undefined,
      credentialHelpers: [],
      registryTls: { ca: undefined, certificate: undefined, key: undefined },
      registryProxy: undefined,
      cueModule: undefined,
      extensions: [],
      namespace: undefined,
      agentNamespaces: { argoCD: [], flux: [] },
      attemptJournal: undefined,
      leaderElection: undefined,
      shard: undefined,
      requirePolicies: false,
      bindAddress: "0.0.0.0",
      port: 8080,
      otlpEndpoint: undefined,
      logLevel: "info",
    } satisfies Config);
  });

  test.each([
    {
      args: [],
      env: { FORGE_REGISTRY: "r" },
      field: { registry: "r" },
      because: "from a variable",
    },
    {
      args: [registry],
      env: { FORGE_REGISTRY: "r" },
      field: { registry: "registry.example.com/releases" },
      because: "a flag goes before a variable",
    },
    {
      args: [registry, "--insecure-registry=a:1", "--insecure-registry=b:2"],
      env: {},
      field: { insecureRegistries: ["a:1", "b:2"] },
      because: "it may be repeated",
    },
    {
      args: [registry],
      env: { HTTPS_PROXY: "http://proxy.example.com:3128", NO_PROXY: "localhost,.example.com" },
      field: {
        registryProxy: { url: "http://proxy.example.com:3128", noProxy: "localhost,.example.com" },
      },
      because: "the usual variables name the proxy",
    },
    {
      args: [registry, "--allowed-prefix=r.io/{namespace}", "--allowed-prefix=r.io/shared"],
      env: {},
      field: { allowedPrefixes: ["r.io/{namespace}", "r.io/shared"] },
      because: "a prefix may hold the namespace",
    },
    {
      args: [registry, "--allowed-range=10.1.0.0/16", "--allowed-range=!10.1.2.3"],
      env: {},
      field: { allowedRanges: ["10.1.0.0/16", "!10.1.2.3"] },
      because: "ranges that are given take the place of the private ones",
    },
    {
      args: [registry, "--allowed-range=none"],
      env: {},
      field: { allowedRanges: [] },
      because: "none leaves public addresses alone",
    },
    {
      args: [registry, "--namespace", "team"],
      env: {},
      field: { namespace: "team" },
      because: "the value may stand apart",
    },
    {
      args: [registry],
      env: { FORGE_NAMESPACE: "" },
      field: { namespace: undefined },
      because: "an empty variable is none",
    },
  ])("$field, because $because", ({ args, env, field }) => {
    expect(readConfig(args, env)).toMatchObject(field);
  });

  test.each([
    { args: [], says: "--registry", because: "it is required" },
    { args: [registry, "--port=x"], says: "--port", because: "it is no number" },
    { args: [registry, "--port=65536"], says: "--port", because: "it is too large" },
    { args: [registry, "--log-level=loud"], says: "--log-level", because: "there is none such" },
    {
      args: [registry, "--allowed-prefix=r.io/{team}"],
      says: "--allowed-prefix: r.io/{team}",
      because: "nothing but the namespace is filled in",
    },
    {
      args: [registry, "--allowed-range=10.0.0.0/33"],
      says: "--allowed-range: 10.0.0.0/33",
      because: "no IPv4 prefix is that long",
    },
    { args: [registry, "--nonsense"], says: "--nonsense", because: "the flag is unknown" },
  ])("refuses $args and names $says, because $because", ({ args, says }) => {
    expect(() => readConfig(args, {})).toThrow(says);
  });

  test("two processes of one pod have identities of their own", () => {
    const args = [registry, "--leader-elect"];
    const { leaderElection } = readConfig(args, { POD_NAME: "forge-0" }) as Config;
    expect(leaderElection?.identity).toMatch(/^forge-0-\d+-/);
  });

  test("the help names every flag", () => {
    expect(readConfig(["--help"], {})).toBe("help");
    for (const flag of ["--registry", "--leader-elect", "--bind-address"]) {
      expect(helpText()).toContain(flag);
    }
  });
});
