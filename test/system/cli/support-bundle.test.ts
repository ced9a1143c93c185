import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createCertificate,
  Forge,
  type KubeletLogs,
  run,
  startKubeletLogs,
} from "../../ground/index.ts";
import { Journey } from "../ground/journey.ts";

/** Each is planted somewhere, in a form that it has in the world. */
const word = (name: string) => `planted-${name}-s3cr3t`;
const jwt = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(word("jwt")).toString("base64url")}.c2lnbmF0dXJl`;
const dockerAuth = Buffer.from(`robot:${word("docker")}`).toString("base64");
const gitHubToken = `ghp_${"Ab1".repeat(12)}`;
const privateKey = `-----BEGIN RSA PRIVATE KEY-----\n${word("key")}\n-----END RSA PRIVATE KEY-----`;
const dockerConfig = JSON.stringify({ auths: { "r.example.com": { auth: dockerAuth } } });

const planted: readonly string[] = [
  ...["url", "token", "field", "manifest", "annotation", "applied", "env", "secret", "argument"],
  ...["header", "key", "log", "previous", "reason", "map"],
].map(word);
const secrets = [...planted, jwt, dockerAuth, gitHubToken];

describe("forge support-bundle", () => {
  const journey = new Journey("support");
  const system = `${journey.namespace}-system`;
  const folder = join(journey.ground.folder, journey.namespace);
  let kubelet: KubeletLogs;

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    const lines = [
      `{"level":"info","msg":"started"}`,
      `{"level":"warn","url":"https://bot:${word("log")}@git.example.com/x","token":"${word("token")}"}`,
      `{"authorization":"Bearer ${word("header")}"}`,
      `config ${dockerConfig} and "${dockerConfig.replaceAll('"', '\\"')}"`,
      `${jwt} ${gitHubToken}`,
      privateKey,
    ];
    kubelet = await startKubeletLogs(createCertificate(folder, "kubelet"), (path, previous) => {
      if (path.endsWith("/controller/controller")) {
        return previous ? `password=${word("previous")}\n` : `${lines.join("\n")}\n`;
      }
      // The end of it, and no more than is asked for: a kubelet that does neither fills no bundle.
      return path.endsWith("/chatty/server") ? "x".repeat(5_000_000) : undefined;
    });
    await journey.create();
    await journey.kubectl.output(["create", "namespace", system]);
    const node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: journey.namespace },
      status: {
        addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
        daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } },
      },
    };
    await journey.kubectl.output(["apply", "--server-side", "-f", "-"], JSON.stringify(node));
    const { status } = node;
    const args = ["patch", "node", journey.namespace, "--subresource=status", "--type=merge", "-p"];
    await journey.kubectl.output([...args, JSON.stringify({ status })]);
    for (const [name, container] of [
      ["controller", "controller"],
      ["chatty", "server"],
    ] as const) {
      await journey.kubectl.apply(system, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          name,
          labels: { "app.kubernetes.io/part-of": "forge" },
          annotations: { "example.com/config": dockerConfig, note: word("annotation") },
        },
        spec: {
          nodeName: journey.namespace,
          automountServiceAccountToken: false,
          containers: [
            {
              name: container,
              image: "registry.example.com/forge:1",
              args: [`--registry-proxy=http://proxy:${word("argument")}@proxy:3128`],
              env: [{ name: "FORGE_TOKEN", value: word("env") }],
              ports: [{ name: "metrics", containerPort: 8080 }],
            },
          ],
        },
      });
      await journey.kubectl.apply(system, {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: `${name}-credentials` },
        stringData: { password: word("secret") },
      });
    }
    await journey.apply(
      journey.environment("staging"),
      {
        ...journey.release("first", "1c", {
          notes: `Cloned from https://bot:${word("url")}@git.example.com/x with ${gitHubToken}`,
          artifacts: [
            { name: "a", type: "binary", uri: "https://x/a", fields: { token: word("field") } },
          ],
          source: {
            manifests: `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: ${word("manifest")}}\n`,
          },
        }),
        metadata: {
          name: "first",
          annotations: {
            "kubectl.kubernetes.io/last-applied-configuration": word("applied"),
            "forge.dev/retry": `token=${word("map")}`,
          },
        },
      },
      journey.pointer("staging", "1", {
        request: { type: "Deploy", by: "admin", reason: `password: ${word("reason")}` },
      }),
    );
  });

  afterAll(() => kubelet.stop());

  async function bundle(forge: Forge, name: string) {
    const file = join(folder, `${name}.tar.gz`);
    const said = await forge.run(
      ...["support-bundle", "--file", file, "--system-namespace", system],
    );
    if (said.code !== 0) throw new Error(said.stderr);
    const to = join(folder, name);
    mkdirSync(to);
    const { code } = await run("tar", ["-xzf", file, "-C", to, "--strip-components=1"]);
    if (code !== 0) throw new Error("tar cannot read it");
    const parts = readdirSync(to, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const texts = new Map(
      parts.map((path) => [path.slice(to.length + 1), readFileSync(path, "utf8")]),
    );
    return { file, said, texts };
  }

  test("holds what may be read, and none of the secrets that are in it", async () => {
    const admin = new Forge(journey.ground.kubeconfig, journey.namespace);
    const { file, said, texts } = await bundle(admin, "whole");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = (name: string) => texts.get(name) ?? "";
    expect(JSON.parse(text("kubernetes-version.json"))).toHaveProperty("gitVersion");
    expect(text("definitions.json")).toContain("releasepointers.forge.dev");
    expect(text("objects/releases.json")).toContain('"commit": "1c0000');
    expect(text("objects/releasepointers.json")).toContain('"environment": "staging"');
    expect(text("objects/environments.json")).toContain(journey.gitOpsUrl);
    expect(text("pods.json")).toContain("FORGE_TOKEN");
    expect(text("logs/controller/controller.log")).toContain('"msg":"started"');
    expect(text("logs/controller/controller.previous.log")).toContain("password=***");

    const all = [...texts.values(), said.stdout, said.stderr].join("\n");
    expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
    expect(Buffer.byteLength(text("logs/chatty/server.log"))).toBe(2 * 1_024 * 1_024);
  });

  test("says what it could not read, and why", async () => {
    await journey.bind("carol", "forge-view");
    const carol = new Forge(journey.ground.people.carol, journey.namespace);
    const { said, texts } = await bundle(carol, "little");
    expect(texts.get("objects/releases.json")).toContain('"commit": "1c0000');
    expect(said.stdout).toContain("without pods.json: ");
    const index = JSON.parse(texts.get("index.json") ?? "") as {
      readonly omissions: readonly { readonly what: string; readonly why: string }[];
    };
    expect(index.omissions).toContainEqual({
      what: "pods.json",
      why: expect.stringMatching(/forbidden/i),
    });
  });

  test("writes over no file", async () => {
    const file = join(folder, "whole.tar.gz");
    const before = readFileSync(file);
    const admin = new Forge(journey.ground.kubeconfig, journey.namespace);
    const again = await admin.run("support-bundle", "--file", file);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot be written") });
    expect(readFileSync(file)).toEqual(before);
  });
});
