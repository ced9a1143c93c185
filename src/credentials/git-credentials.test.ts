import { expect, test } from "vitest";
import type { KubeClient } from "../../controller/kube/index.ts";
import { remoteOptions } from "./git-credentials.ts";

const signal = new AbortController().signal;
const url = "https://git.example.com/gitops.git";

/** What a Secret with these values makes of the options. */
function optionsFrom(values: Readonly<Record<string, string>>, type = "Opaque") {
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
  );
  const client = { get: () => Promise.resolve({ type, data }) } as unknown as KubeClient;
  const deps = { client, settings: { insecureGitHosts: [] } } as unknown as Parameters<
    typeof remoteOptions
  >[0];
  return remoteOptions(deps, "team", { url, secretRef: { name: "git" } }, signal);
}

test.each([
  {
    because: "a password",
    values: { username: "ann", password: "pw\n" },
    options: { credentials: { username: "ann", password: "pw" } },
  },
  { because: "a token", values: { token: "t" }, options: { credentials: { token: "t" } } },
  {
    because: "a bearer token",
    values: { bearerToken: "t" },
    options: { credentials: { bearerToken: "t" } },
  },
  {
    because: "an authority",
    values: { token: "t", "ca.crt": "PEM" },
    options: { credentials: { token: "t" }, ca: "PEM" },
  },
  {
    because: "a proxy",
    values: { token: "t", proxy: "http://proxy:3128" },
    options: { credentials: { token: "t" }, proxy: { url: "http://proxy:3128" } },
  },
  {
    because: "a proxy with a password",
    values: {
      token: "t",
      ...{ proxy: "http://proxy:3128", proxyUsername: "bob", proxyPassword: "pw" },
    },
    options: {
      credentials: { token: "t" },
      proxy: { url: "http://proxy:3128", credentials: { username: "bob", password: "pw" } },
    },
  },
])("a Secret with $because says how to reach a repository", async ({ values, options }) => {
  const common = { url, allowInsecureHosts: [], userAgent: "forge" };
  expect(await optionsFrom(values)).toEqual({ ...common, ...options });
});

test.each([
  { because: "it holds nothing of use", values: { key: "x" }, type: "Opaque" },
  { because: "half a pair is none", values: { username: "ann" }, type: "Opaque" },
  {
    because: "it is another service's",
    values: { token: "t" },
    type: "kubernetes.io/service-account-token",
  },
])("a Secret is refused when $because", async ({ values, type }) => {
  await expect(optionsFrom(values, type)).rejects.toMatchObject({ code: "InvalidSecret" });
});
