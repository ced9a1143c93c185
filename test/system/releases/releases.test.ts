import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Controller,
  commitFiles,
  createBareRepository,
  freePort,
} from "../../ground/index.ts";
import { conditionOf, present, Workspace } from "../ground/workspace.ts";

const conditionReason = '.status.conditions[?(@.type=="Ready")].reason';

const configMap = (name: string, data = "a: b") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  ${data}\n`;

describe("releases", () => {
  const workspace = new Workspace("releases");
  let controller: Controller;

  beforeAll(async () => {
    await workspace.create();
    controller = await workspace.controller();
  });

  afterAll(async () => {
    await controller.process.stop();
  });

  const image = (commit: string) =>
    `${workspace.ground.registry}/releases/${workspace.repository}/auth:${commit.padEnd(40, "0")}`;

  test.each([
    {
      commit: "e1",
      manifests: "- a\n- b\n",
      reason: "InvalidManifest",
      says: /spec\.source\.manifests.*document 1/,
      because: "a list is no Kubernetes object",
    },
    {
      commit: "e2",
      manifests: `${configMap("a")}---\napiVersion: v1\nmetadata: {name: b}\n`,
      reason: "InvalidManifest",
      says: /document 2.*kind/,
      because: "the second document has no kind",
    },
    {
      commit: "e3",
      manifests: `${configMap("a")}---\n${configMap("a")}`,
      reason: "InvalidManifest",
      says: /document 2.*document 1|document 1.*document 2/,
      because: "one object stands there twice",
    },
    {
      commit: "e4",
      manifests: "# nothing yet\n---\n",
      reason: "NoManifests",
      says: /no/i,
      because: "there is no object at all",
    },
    {
      commit: "e5",
      manifests: `apiVersion: v1\nkind: Limit\nmetadata: {name: a}\nspec: {bytes: 9007199254740993}\n`,
      reason: "InvalidManifest",
      says: /9007199254740993|2\^53/,
      because: "the integer cannot be kept exactly",
    },
  ])("$reason, because $because", async ({ commit, manifests, reason, says }) => {
    const name = `bad-${commit}`;
    await workspace.apply(workspace.release(name, commit, { source: { manifests } }));
    const release = await workspace.waitFor("Stalled", "release", name);
    expect(conditionOf(release, "Ready")).toMatchObject({ status: "False", reason });
    expect(conditionOf(release, "Ready")?.message).toMatch(says);
    expect(conditionOf(release, "Rendered")).toMatchObject({ status: "False" });
    expect(release.status.image).toBeUndefined();
    expect(await workspace.craneFails("digest", image(commit))).toBe(true);
  });

  test("a release that failed is replaced by the next one of its commit, with its number", async () => {
    const failed = await workspace.get("release", "bad-e1");
    await workspace.apply(workspace.release("good-e1", "e1"));
    const good = await workspace.waitFor("Ready", "release", "good-e1");
    expect(good.status.number).toBe(failed.status.number);
    expect((await workspace.get("release", "bad-e1")).status).toMatchObject({
      replacedBy: "good-e1",
    });
  });

  test("the same commit with the same content joins: its trigger and aliases are added", async () => {
    await workspace.apply(workspace.release("pushed", "abc1"));
    const pushed = await workspace.waitFor("Ready", "release", "pushed");
    const number = pushed.status.number;
    await workspace.apply(
      workspace.release("tagged", "abc1", { trigger: { type: "Tag", tag: "auth/v3.0.0" } }),
    );
    const tagged = await workspace.waitFor("Ready", "release", "tagged");
    expect(tagged.status).toMatchObject({ joined: "pushed", number });
    expect((await workspace.get("release", "pushed")).status).toMatchObject({
      triggers: [{ type: "BranchPush" }, { type: "Tag", tag: "auth/v3.0.0" }],
      aliases: [{ value: `main-${number}` }, { value: "v3.0.0" }, { value: "auth/v3.0.0" }],
    });
  });

  test("the same commit with other content is a conflict, and changes nothing", async () => {
    const before = await workspace.crane("digest", image("abc1"));
    await workspace.apply(
      workspace.release("other", "abc1", { source: { manifests: configMap("other") } }),
    );
    const other = await workspace.waitFor("Stalled", "release", "other");
    expect(conditionOf(other, "Ready")).toMatchObject({ reason: "Conflict" });
    expect(other.status).toMatchObject({ conflictsWith: "pushed" });
    expect(await workspace.crane("digest", image("abc1"))).toBe(before);
  });

  test("what joined or conflicted is decided again when the first one is gone", async () => {
    const before = (await workspace.get("release", "tagged")).status.number;
    await workspace.kubectl.output(["-n", workspace.namespace, "delete", "release", "pushed"]);
    await workspace.waitForField("release", "tagged", ".status.aliases[0].value", "v3.0.0");
    const tagged = await workspace.waitFor("Ready", "release", "tagged");
    expect(tagged.status).toMatchObject({ number: before });
    expect(tagged.status.joined).toBeUndefined();
    const other = await workspace.waitFor("Stalled", "release", "other");
    expect(other.status).toMatchObject({ conflictsWith: "tagged" });
  });

  test("who holds an alias first keeps it when the tag is moved", async () => {
    const trigger = { type: "Tag", tag: "auth/v3.0.0" };
    await workspace.apply(workspace.release("moved", "abc2", { trigger }));
    const moved = await workspace.waitFor("Ready", "release", "moved");
    expect(moved.status.aliases ?? []).toEqual([]);
  });

  test("numbers are given without gaps to releases that come together", async () => {
    const commits = Array.from({ length: 12 }, (_, index) => `cafe${index.toString(16)}`);
    const project = { project: "burst" };
    await workspace.apply(
      ...commits.map((commit) => workspace.release(`burst-${commit}`, commit, project)),
    );
    const numbers: number[] = [];
    for (const commit of commits) {
      const release = await workspace.waitFor("Ready", "release", `burst-${commit}`);
      numbers.push(present(release.status.number));
    }
    expect(numbers.toSorted((a, b) => a - b)).toEqual(commits.map((_, index) => index + 1));
  });

  test("a counter that was lost goes on above the highest number that the registry knows", async () => {
    const objects = ["-n", workspace.namespace, "delete", "--wait=true"];
    await workspace.kubectl.output([...objects, "releases", "--all"]);
    await workspace.kubectl.output([...objects, "projects", "--all"]);
    await workspace.apply(workspace.release("after", "f00d", { project: "burst" }));
    const after = await workspace.waitFor("Ready", "release", "after");
    expect(after.status.number).toBe(13);
  });

  test("an image that is there already is adopted with its number", async () => {
    await workspace.apply(workspace.release("again", "cafe3", { project: "burst" }));
    const again = await workspace.waitFor("Ready", "release", "again");
    const { ref, digest } = present(again.status.image);
    expect(conditionOf(again, "Packaged")).toMatchObject({ reason: "Adopted" });
    expect((await workspace.crane("digest", ref)).trim()).toBe(digest);
    const manifest = JSON.parse(await workspace.crane("manifest", ref)) as {
      annotations: Record<string, string>;
    };
    expect(String(again.status.number)).toBe(manifest.annotations["forge.dev/release-number"]);
  });

  test("an image that holds something else is left alone, and fails the release", async () => {
    const manifests = configMap("something-else");
    await workspace.apply(
      workspace.release("taken", "cafe4", { project: "burst", source: { manifests } }),
    );
    const taken = await workspace.waitFor("Stalled", "release", "taken");
    expect(conditionOf(taken, "Ready")).toMatchObject({ reason: "ImageTaken" });
  });

  test("a folder of a commit is read over git, with the Secret's credentials", async () => {
    const folder = join(workspace.ground.gitRoot, workspace.repository.concat(".git"));
    await createBareRepository(folder);
    const commit = await commitFiles(folder, "main", "Auth", {
      "services/auth/a.yaml": configMap("a"),
      "services/auth/deep/b.yml": configMap("b"),
      "services/auth/notes.txt": "not a manifest",
      "services/other/c.yaml": configMap("c"),
    });
    const git = {
      url: `${workspace.ground.gitUrl}/${workspace.repository}.git`,
      path: "services/auth",
      secretRef: { name: "git-credentials" },
    };
    await workspace.apply(workspace.release("from-git", commit, { source: { git } }));
    const refused = await workspace.waitFor("Ready=false", "release", "from-git");
    // Who may release does not choose where a Secret is sent.
    expect(conditionOf(refused, "Ready")).toMatchObject({ reason: "SourceNotAllowed" });
    await workspace.apply(
      workspace.project("auth", { source: { url: git.url, secretRef: git.secretRef } }),
      workspace.project("web", { source: { url: git.url } }),
    );
    const release = await workspace.waitFor("Ready", "release", "from-git");
    expect(release.status).toMatchObject({ resources: { ConfigMap: 2 } });
    const { ref } = present(release.status.image);
    const manifest = JSON.parse(await workspace.crane("manifest", ref)) as {
      annotations: Record<string, string>;
    };
    expect(manifest.annotations["org.opencontainers.image.revision"]).toBe(commit);

    await workspace.apply(workspace.release("no-such-commit", "dead", { source: { git } }));
    const missing = await workspace.waitFor("Stalled", "release", "no-such-commit");
    expect(conditionOf(missing, "Ready")).toMatchObject({ reason: "CommitNotFound" });

    const { secretRef: _, ...anonymous } = git;
    await workspace.apply(
      workspace.release("no-secret", commit, { project: "web", source: { git: anonymous } }),
    );
    const unauthorized = await workspace.waitFor("Ready=false", "release", "no-secret");
    expect(conditionOf(unauthorized, "Ready")).toMatchObject({ reason: "GitUnauthorized" });
    expect(conditionOf(unauthorized, "Reconciling")).toMatchObject({ status: "True" });

    const elsewhere = { ...git, url: `${workspace.ground.gitUrl}/attacker.git` };
    await workspace.apply(
      workspace.release("elsewhere", "beef1", { project: "web", source: { git: elsewhere } }),
    );
    await workspace.apply(
      workspace.release("other-secret", "beef2", { project: "web", source: { git } }),
    );
    const other = await workspace.waitFor("Ready=false", "release", "other-secret");
    expect(conditionOf(other, "Ready")).toMatchObject({ reason: "SourceNotAllowed" });
    const attacked = await workspace.waitFor("Ready=false", "release", "elsewhere");
    expect(conditionOf(attacked, "Ready")).toMatchObject({ reason: "SourceNotAllowed" });
  });

  test("sources at addresses that nobody allowed are not called, and are all told alike", async () => {
    const careful = new Workspace("careful");
    await careful.create();
    const strict = await careful.controller({ args: ["--allowed-range=none"] });
    const called: string[] = [];
    const internal = createServer((request, response) => {
      called.push(`${request.headers.host}${request.url}`);
      response.end("credentials of a machine");
    });
    internal.listen(0, "127.0.0.1");
    await once(internal, "listening");
    const { port } = internal.address() as AddressInfo;
    const hosts = {
      open: `127.0.0.1:${port}`,
      closed: `127.0.0.1:${await freePort()}`,
      decimal: `2130706433:${port}`,
      mapped: `[::ffff:127.0.0.1]:${port}`,
      named: `localhost:${port}`,
      dotted: `localhost.:${port}`,
    };
    try {
      for (const [index, [name, host]] of Object.entries(hosts).entries()) {
        // Plain http goes to loopback alone, by the names that are known without resolution.
        const scheme = ["mapped", "dotted"].includes(name) ? "https" : "http";
        const source = { git: { url: `${scheme}://${host}/a.git`, path: "deploy" } };
        await careful.apply(careful.release(name, `a${index}`, { source }));
      }
      const told = await Promise.all(
        Object.entries(hosts).map(async ([name, host]) => {
          const release = await careful.waitFor("Ready=false", "release", name);
          await careful.waitForField("release", name, conditionReason, "GitUnreachable");
          const found = conditionOf(await careful.get("release", name), "Ready");
          const shown = [host, new URL(`https://${host}`).host];
          const text = shown.reduce(
            (all, each) => all.replaceAll(each, "HOST"),
            `${found?.message}`,
          );
          expect(release.status.image).toBeUndefined();
          return `${found?.reason}: ${text}`;
        }),
      );
      expect(called).toEqual([]);
      expect([...new Set(told)]).toHaveLength(1);
    } finally {
      internal.close();
      await strict.process.stop();
    }
  });

  test("the same release packaged in another registry folder has the same digest", async () => {
    const digests: string[] = [];
    for (const registry of ["one", "two"]) {
      const name = `twin-${registry}`;
      const repository = `${workspace.repository}-${registry}`;
      const [project] = [name];
      await workspace.apply(
        {
          apiVersion: "forge.dev/v1alpha1",
          kind: "Project",
          metadata: { name },
          spec: {
            repository: `${workspace.repository}/twins`,
            name: "twin",
            registry: `${workspace.ground.registry}/${repository}`,
          },
        },
        workspace.release(name, "7777777", {
          repository: `${workspace.repository}/twins`,
          project: "twin",
        }),
      );
      const release = await workspace.waitFor("Ready", "release", name);
      digests.push(present(release.status.image).digest);
      await workspace.kubectl.output([
        ...["-n", workspace.namespace, "delete", `release/${name}`, `project/${project}`],
      ]);
    }
    expect(digests[0]).toBe(digests[1]);
  });
});
