import { describe, expect, test } from "vitest";
import { privateRanges } from "../../src/network/index.ts";
import { helpText, readConfig, type ServeConfig } from "./config.ts";

const registry = "--registry=registry.example.com/releases";

describe("readConfig", () => {
  test("a registry is enough", () => {
    expect(readConfig([registry], {})).toEqual({
      registries: ["registry.example.com/releases"],
      insecureRegistries: [],
      allowedRanges: privateRanges,
      dockerConfig: undefined,
      credentialHelpers: [],
      signatureKeys: [],
      pathTemplates: ["{environment}/apps/{repository}/{project}"],
      cacheFolder: undefined,
      cacheBytes: 1024 * 1024 * 1024,
      timeoutMs: 55_000,
      logLevel: "info",
      socket: "/home/argocd/cmp-server/plugins/forge-v1.sock",
      socketMode: 0o660,
      memoryBytes: 32 * 1024 * 1024,
      concurrency: 16,
      drainMs: 20_000,
      bindAddress: "0.0.0.0",
      port: 8090,
    } satisfies ServeConfig);
  });

  test.each([
    {
      args: [],
      env: { FORGE_REGISTRY: "a.example.com,b.example.com/r" },
      field: { registries: ["a.example.com", "b.example.com/r"] },
      because: "a variable may hold a list",
    },
    {
      args: [registry],
      env: { FORGE_REGISTRY: "a.example.com" },
      field: { registries: ["registry.example.com/releases"] },
      because: "a flag goes before a variable",
    },
    {
      args: [registry, "--path", "a/{project}", "--path", "b/{project}"],
      env: {},
      field: { pathTemplates: ["a/{project}", "b/{project}"] },
      because: "Environments may differ",
    },
    {
      args: [registry, "--socket-mode=600"],
      env: {},
      field: { socketMode: 0o600 },
      because: "octal",
    },
  ])("$field, because $because", ({ args, env, field }) => {
    expect(readConfig(args, env)).toMatchObject(field);
  });

  test.each([
    { args: [], says: "--registry", because: "it is required" },
    { args: ["--registry=releases"], says: "no dot or port", because: "it is no registry" },
    { args: [registry, "--port=x"], says: "--port", because: "it is no number" },
    { args: [registry, "--socket-mode=999"], says: "--socket-mode", because: "it is no mode" },
    { args: [registry, "--timeout=soon"], says: "--timeout", because: "it is no duration" },
    {
      args: [registry, "--concurrency=0"],
      says: "--concurrency",
      because: "nothing would be done",
    },
    { args: [registry, "--log-level=loud"], says: "--log-level", because: "there is none such" },
    { args: [registry, "--nonsense"], says: "--nonsense", because: "the flag is unknown" },
  ])("refuses $args and names $says, because $because", ({ args, says }) => {
    expect(() => readConfig(args, {})).toThrow(says);
  });

  test("the help names every flag", () => {
    expect(readConfig(["--help"], {})).toBe("help");
    for (const flag of ["--registry", "--socket-mode", "generate"]) {
      expect(helpText()).toContain(flag);
    }
  });
});
