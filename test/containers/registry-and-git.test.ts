import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CommitRequest, createGitOpsWriter } from "../../src/gitops/index.ts";
import { ownNetwork } from "../../src/network/index.ts";
import { RegistryClient, releaseImagesIn } from "../../src/oci/index.ts";

/** The registry and the git server as people run them: from images, in containers. */
describe("in containers", () => {
  let registry: StartedTestContainer;
  let git: StartedTestContainer;

  beforeAll(async () => {
    [registry, git] = await Promise.all([
      new GenericContainer("registry:3").withExposedPorts(5000).start(),
      new GenericContainer("gitea/gitea:1.24")
        .withExposedPorts(3000)
        .withEnvironment({ GITEA__security__INSTALL_LOCK: "true" })
        .withWaitStrategy(Wait.forHttp("/api/healthz", 3000))
        .start(),
    ]);
    const create = "gitea admin user create --username forge --password forge-password";
    await git.exec(["su", "git", "-c", `${create} --email forge@example.com --admin`]);
    const created = await fetch(`${gitUrl()}/api/v1/user/repos`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Basic ${Buffer.from("forge:forge-password").toString("base64")}`,
      },
      body: JSON.stringify({ name: "gitops", auto_init: true, default_branch: "main" }),
    });
    if (created.status !== 201) throw new Error(`Gitea answered ${created.status}`);
  });

  afterAll(async () => {
    await registry?.stop();
    await git?.stop();
  });

  const gitUrl = () => `http://${git.getHost()}:${git.getMappedPort(3000)}`;

  test("a release is published and read back from registry:3", async () => {
    const host = `${registry.getHost()}:${registry.getMappedPort(5000)}`;
    await using client = new RegistryClient({ network: ownNetwork(), insecureHosts: [host] });
    const images = releaseImagesIn(client);
    const { signal } = new AbortController();
    const published = await images.publish(
      {
        registry: `${host}/releases`,
        objects: [{ kind: "ConfigMap", name: "a", yaml: "kind: ConfigMap\n" }],
        release: { number: 1, aliases: [], trigger: { type: "Manual" } },
        source: { repository: "company/monorepo", project: "auth", commit: "a".repeat(40) },
        artifacts: [],
      },
      signal,
    );
    const read = await images.read(`${published.ref}@${published.digest}`, signal);
    expect(read.files.map(({ yaml }) => yaml)).toEqual(["kind: ConfigMap\n"]);
  });

  test("a deployment is committed to Gitea, once", async () => {
    const host = `${git.getHost()}:${git.getMappedPort(3000)}`;
    const request: CommitRequest = {
      remote: {
        network: ownNetwork(),
        url: `${gitUrl()}/forge/gitops.git`,
        credentials: { username: "forge", password: "forge-password" },
        allowInsecureHosts: [host],
      },
      branch: "main",
      author: { name: "forge", email: "forge@example.com" },
      deployment: {
        id: "dev-auth-1",
        environment: "dev",
        repository: "company/monorepo",
        project: "auth",
        commit: "a".repeat(40),
        number: 1,
        image: { repository: "registry.example.com/x", digest: `sha256:${"a".repeat(64)}` },
        type: "Deploy",
        by: "alice",
      },
    };
    const { signal } = new AbortController();
    const writer = createGitOpsWriter();
    const first = await writer.commit(request, signal);
    await writer.close();
    const again = createGitOpsWriter();
    expect(await again.commit(request, signal)).toMatchObject({
      commit: first.commit,
      alreadyCommitted: true,
    });
    await again.close();
  });
});
