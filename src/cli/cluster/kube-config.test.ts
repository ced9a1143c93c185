import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadKubeConfig } from "./kube-config.ts";

describe("loadKubeConfig", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "forge-home-"));
    vi.stubEnv("HOME", home);
    vi.stubEnv("KUBECONFIG", undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true, force: true });
  });

  const write = (context: object) => {
    const file = join(home, "kubeconfig");
    const cluster = { server: "https://api.example.com" };
    const config = {
      clusters: [{ name: "c", cluster }],
      users: [{ name: "u", user: { token: "t" } }],
      contexts: [{ name: "team", context: { cluster: "c", user: "u", ...context } }],
      "current-context": "team",
    };
    writeFileSync(file, JSON.stringify(config));
    return file;
  };

  test("says that there is none, and what to do", () => {
    expect(() => loadKubeConfig({})).toThrow(
      expect.objectContaining({
        code: "UsageInvalid",
        message: "there is no kubeconfig",
        hint: expect.stringContaining("forge login <url>"),
      }),
    );
  });

  test.each([
    { because: "the context has one", context: { namespace: "shop" }, namespace: "shop" },
    { because: "kubectl takes default too", context: {}, namespace: "default" },
  ])("takes namespace $namespace: $because", ({ context, namespace }) => {
    expect(loadKubeConfig({ kubeconfig: write(context) }).namespace).toBe(namespace);
  });

  test("finds the file that $KUBECONFIG names", () => {
    vi.stubEnv("KUBECONFIG", write({}));
    expect(loadKubeConfig({}).config.getCurrentCluster()?.server).toBe("https://api.example.com");
  });

  test("names the contexts that there are", () => {
    const kubeconfig = write({});
    expect(() => loadKubeConfig({ kubeconfig, context: "other" })).toThrow(
      expect.objectContaining({ hint: "It has: team." }),
    );
  });
});
