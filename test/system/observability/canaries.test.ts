import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { PluginClient } from "../../../src/plugin/testing/plugin-client.ts";
import { commitFiles, tokenOf } from "../../ground/index.ts";
import { ApiClient } from "../ground/api-client.ts";
import { conditionOf, present } from "../ground/workspace.ts";
import { canariesIn } from "./canary.ts";
import { type Place, placesOf } from "./canary-places.ts";
import { CanaryScene, canaries } from "./canary-scene.ts";

const config = (value: string) =>
  `apiVersion: apiextensions.crossplane.io/v1beta1\nkind: EnvironmentConfig\nmetadata: {name: p}\ndata: {token: ${value}}\n`;
const secretOf = (value: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: ${value}}\n`;

/** Each place where a canary stands because somebody put it there, and everybody who reads it may. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  // As the cluster stores the object, for callers who may read that there.
  "GET /v1/objects/releases/{name}": ["manifest-secret, plain", "broken-manifest-secret, plain"],
  "history of env.yaml": ["environment-value, plain", "broken-environment-value, plain"],
};

describe("secrets of every kind, after a pass with every failure", () => {
  const scene = new CanaryScene();
  const { journey } = scene;
  const { namespace, repository } = journey;
  const place = { repository, project: "auth" };
  const folder = `production/apps/${repository}/auth`;
  let alice: ApiClient;
  let places: Place[];
  let rendered: string;

  beforeAll(async () => {
    await scene.start();
    alice = ApiClient.as(scene.server, journey, "alice");
    await journey.apply(
      scene.secret("git", canaries.gitPassword),
      scene.secret("wrong", canaries.wrongPassword),
      journey.project("auth", {
        artifacts: { registries: [scene.registry.host, scene.refusingHost] },
      }),
      scene.environment("production", "gitops", "git", { allowedBranches: ["main"] }),
      scene.environment("wrong", "gitops", "wrong"),
      scene.environment("refusing", "refusing", "git"),
    );
    await releaseAndDeploy();
    await failInEveryWay();
    const admin = new ApiClient(scene.server.url, tokenOf(journey.ground.kubeconfig));
    // Spans are sent every few seconds.
    await vi.waitUntil(() => scene.otlp.bodies.length > 0, { timeout: 20_000 });
    places = await placesOf(scene, admin);
  });

  afterAll(() => scene.stop());

  const release = (commit: string, more: object = {}) =>
    alice.post("/v1/releases", {
      ...{ ...place, namespace, commit: commit.padEnd(40, "0") },
      trigger: { type: "BranchPush", branch: "main" },
      source: { manifests: secretOf(canaries.manifestSecret.value) },
      ...more,
    });

  async function releaseAndDeploy(): Promise<void> {
    expect((await release("1c")).status).toBe(201);
    await vi.waitUntil(async () => (await deploy("production")) < 300, { timeout: 30_000 });
    await journey.deployed("production", 1);
    await commitEnvironment(canaries.environmentValue.value);
    const justification = "Seen on staging.";
    const approval = { ...place, environment: "production", release: "1", justification };
    expect((await alice.post("/v1/approvals", approval)).status).toBe(201);
    rendered = (await generate()).join("\n");
  }

  const deploy = async (environment: string) =>
    (await alice.post("/v1/deployments", { ...place, environment, release: "1" })).status;

  const commitEnvironment = (value: string) =>
    commitFiles(join(scene.git.root, "gitops.git"), "main", "Configure", {
      [`${folder}/env.yaml`]: config(value),
    });

  /** As Argo CD asks: the folder of the pointer, as it is in Git now. */
  async function generate(): Promise<readonly string[]> {
    const repositoryFolder = join(scene.git.root, "gitops.git");
    const args = ["-C", repositoryFolder, "archive", "--format=tar.gz", `main:${folder}`];
    const plugin = new PluginClient(scene.socket);
    try {
      return await plugin.generate({ path: folder, tgz: execFileSync("git", args) });
    } finally {
      plugin.close();
    }
  }

  async function failInEveryWay(): Promise<void> {
    const refused = new ApiClient(scene.server.url, canaries.bearerToken.value);
    expect((await refused.get("/v1/me")).status).toBe(401);
    // A flow mapping that does not end, with the canary in the line of the error.
    const broken = `${secretOf(canaries.brokenManifestSecret.value).trimEnd().slice(0, -1)}, b: [\n`;
    const artifact = (host: string) => ({
      artifacts: [{ name: "web", type: "container-image", uri: `${host}/team/web:1` }],
    });
    await release("2c", { source: { manifests: broken } });
    await release("3c", artifact(scene.refusingHost));
    await release("4c", { trigger: { type: "BranchPush", branch: "feature" } });
    await Promise.all([deploy("wrong"), deploy("refusing")]);
    await failed("release", "2c");
    await failed("release", "3c");
    for (const environment of ["wrong", "refusing"]) {
      await journey.waitFor("Ready=false", "releasepointer", journey.pointerName(environment));
    }
    await vi.waitUntil(async () => (await deployOther()) === 409, { timeout: 30_000 });
    await commitEnvironment(`${canaries.brokenEnvironmentValue.value}, b: [`);
    await expect(generate()).rejects.toThrow("EnvironmentFileInvalid");
  }

  const deployOther = async () => {
    const wish = { ...place, environment: "production", release: "4c".padEnd(40, "0") };
    return (await alice.post("/v1/deployments", wish)).status;
  };

  async function failed(kind: string, commit: string): Promise<void> {
    await vi.waitFor(
      async () => {
        const all = await journey.reader.list<Parameters<typeof conditionOf>[0]>(
          namespace,
          `${kind}s`,
        );
        const found = all.find(({ spec }) => String(spec["commit"]).startsWith(commit));
        expect(conditionOf(present(found), "Ready")).toMatchObject({ status: "False" });
      },
      { timeout: 30_000, interval: 200 },
    );
  }

  test("the places say much, and answer", () => {
    expect(places.filter(({ text }) => text.length < 10)).toEqual([]);
    const failures = places.filter(
      ({ name, text }) => name.startsWith("GET") && !text.startsWith("2"),
    );
    expect(failures).toEqual([]);
    const log = places.find(({ name }) => name === "log of the controller")?.text ?? "";
    const failed = ["GitUnauthorized", "GitRejected", "RegistryUnauthorized", "InvalidManifest"];
    expect(failed.filter((code) => !log.includes(code))).toEqual([]);
  });

  test("each is where it belongs, so that the search would find it", () => {
    const found = canariesIn(rendered, Object.values(canaries));
    expect(found.toSorted()).toEqual(["environment-value, plain", "manifest-secret, plain"]);
    const history = places.find(({ name }) => name === "history of env.yaml")?.text ?? "";
    expect(canariesIn(history, Object.values(canaries))).toHaveLength(2);
  });

  test("and in no log, event, status, answer, metric, trace, record, bundle or commit", () => {
    const leaks = places.flatMap(({ name, text }) =>
      canariesIn(text, Object.values(canaries))
        .filter((one) => !(allowed[name] ?? []).includes(one))
        .map((one) => `${name}: ${one}`),
    );
    expect(leaks).toEqual([]);
  });
});
