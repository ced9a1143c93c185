import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Controller, commitFiles, createBareRepository, git } from "../../ground/index.ts";
import { pushImage } from "../ground/container-image.ts";
import { conditionOf, type ForgeObject, Workspace } from "../ground/workspace.ts";

const service = (name: string, image: string) => `package ${name}

resources: deployment: {
	apiVersion: "apps/v1"
	kind:       "Deployment"
	metadata: name: "${name}"
	spec: template: spec: containers: [{name: "main", image: ${image}}]
}
`;
const module = 'module: "company.com/monorepo@v0"\nlanguage: version: "v0.17.0"\n';
const extension = join(
  import.meta.dirname,
  "..",
  "..",
  "..",
  "examples",
  "extensions",
  "build-number.ts",
);

describe("from source to a release, all or nothing", () => {
  const workspace = new Workspace("pipeline");
  const { registry, gitUrl, gitRoot } = workspace.ground;
  const repository = join(gitRoot, workspace.namespace, "monorepo.git");
  const url = `${gitUrl}/${workspace.namespace}/monorepo.git`;
  const folder = join(workspace.ground.folder, workspace.namespace, "images");
  const imageOf = (name: string) => `${registry}/${workspace.namespace}/${name}`;
  let controller: Controller;
  let good: string;
  let side: string;

  beforeAll(async () => {
    await workspace.create();
    await createBareRepository(repository);
    mkdirSync(folder, { recursive: true });
    good = await commitFiles(repository, "main", "All", {
      "cue.mod/module.cue": module,
      "good/good.cue": service("good", '@artifact("good.uri")'),
      "unknown/unknown.cue": service("unknown", '@artifact("other.uri")'),
      "wrong/wrong.cue": `${service("wrong", '"x"')}\nresources: deployment: kind: 1\n`,
      "endless/endless.cue":
        'package endless\n\nimport "list"\n\nresources: [for a in list.Range(0, 1000000000, 1) {"\\(a)": a}]\n',
      "stopped/stopped.cue": `${service("stopped", '"x"')}\nrelease: {on: [{branch: "main"}], enabled: false}\n`,
      "badblock/badblock.cue": `${service("badblock", '"x"')}\nrelease: {when: "always"}\n`,
      "empty/empty.cue": "package empty\n\na: 1\n",
      "plain/a.yaml":
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: plain-text}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'redis:7'}]}\n",
      "cluster/a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n",
      "elsewhere/a.yaml":
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: other}\n",
    });
    side = await commitFiles(repository, "side", "Another line", {
      "plain/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: side}\n",
    });
    await git(repository, "tag", "plain/v1.0.0", good);
    await pushImage(`${imageOf("good")}:1`, folder);
    controller = await workspace.controller({ args: ["--extension", extension] });
  });
  afterAll(() => controller.process.stop());

  /** A Project and a Release of a folder of the repository at a commit. */
  async function release(
    project: string,
    { spec = {}, of = {}, commit = good, wait = "Ready" }: Options = {},
  ): Promise<ForgeObject> {
    const source = { url, secretRef: { name: "git-credentials" } };
    await workspace.apply(workspace.project(project, { source, ...of }));
    const name = `${project}-${commit.slice(0, 8)}`;
    const path = project.replace(/-.*/, "");
    await workspace.apply(
      workspace.release(name, commit, {
        project,
        source: { git: { ...source, path } },
        ...spec,
      }),
    );
    return workspace.waitFor(wait, "release", name);
  }
  interface Options {
    readonly spec?: object;
    readonly of?: object;
    readonly commit?: string;
    readonly wait?: string;
  }

  const artifact = (name: string, more: object = {}) => ({
    artifacts: [{ name, type: "container-image", uri: `${imageOf(name)}:1`, ...more }],
  });

  test("a project in CUE is rendered, its artifact pinned, its source verified", async () => {
    const found = await release("good", { spec: artifact("good") });
    const digest = (await workspace.crane("digest", `${imageOf("good")}:1`)).trim();
    const manifests = await workspace.manifests(found.status.image?.ref ?? "");
    expect(manifests).toContain(`image: ${imageOf("good")}:1@${digest}`);
    expect(conditionOf(found, "SourceVerified")).toMatchObject({
      status: "True",
      message: expect.stringContaining("branch main contains it"),
    });
    expect(found.status).not.toHaveProperty("unexplainedImages");
    expect(found.status.aliases).toEqual([
      { type: "Branch", value: "main-1" },
      { type: "Custom", value: "build-1" },
    ]);
  });

  test("digest, custom fields and metadata stand in the image", async () => {
    const { status } = await workspace.get("release", `good-${good.slice(0, 8)}`);
    const name = status.image?.ref.replace(/:[0-9a-f]+$/, "");
    const { layers } = JSON.parse(await workspace.crane("manifest", status.image?.ref ?? "")) as {
      layers: { digest: string }[];
    };
    const metadata = JSON.parse(await workspace.crane("blob", `${name}@${layers[1]?.digest}`));
    expect(metadata).toMatchObject({
      artifacts: [{ name: "good", digest: expect.stringMatching(/^sha256:/) }],
      annotations: { "company.com/build": "build-1" },
    });
  });

  test("what nobody explains is listed, and a Secret in plain text is a warning", async () => {
    const found = await release("plain", {
      spec: { trigger: { type: "Tag", tag: "plain/v1.0.0" } },
    });
    expect(found.status).toMatchObject({
      unexplainedImages: ["redis:7"],
      warnings: [expect.stringMatching(/^Secret s /)],
    });
    expect(JSON.stringify(found)).not.toContain("plain-text");
    expect(conditionOf(found, "SourceVerified")).toMatchObject({ status: "True" });
  });

  test.each<[string, Options, string, RegExp, string]>([
    ["unknown", {}, "SourceInvalid", /rendering: unknown\/unknown\.cue:7:59.*"other"/, "Rendered"],
    ["wrong", {}, "SourceInvalid", /wrong\/wrong\.cue:\d+:\d+.*kind.*conflicting/, "Rendered"],
    ["endless", {}, "SourceTooCostly", /rendering: the evaluation takes/, "Rendered"],
    ["empty", {}, "NoManifests", /rendering: .*"empty".* no field resources/, "Rendered"],
    ["badblock", {}, "SourceInvalid", /rendering: release.*when/, "Rendered"],
    ["stopped", {}, "ReleaseDisabled", /rendering: the project's own file/, "Rendered"],
    ["cluster", {}, "ObjectNotAllowed", /rendering: Namespace team belongs to no/, "Rendered"],
    [
      "elsewhere",
      { of: { objects: { namespaces: [] } } },
      "ObjectNotAllowed",
      /rendering: ConfigMap other\/c names the namespace other/,
      "Rendered",
    ],
    [
      "plain-branch",
      { spec: { trigger: { type: "BranchPush", branch: "side" } } },
      "SourceNotVerified",
      /source: .*branch side does not contain/,
      "SourceVerified",
    ],
    [
      "plain-no-branch",
      { spec: { trigger: { type: "Manual", branch: "gone" } } },
      "SourceNotVerified",
      /source: .*branch gone does not exist/,
      "SourceVerified",
    ],
    [
      "plain-tag",
      { spec: { trigger: { type: "Tag", tag: "plain-tag/v9" } } },
      "SourceNotVerified",
      /source: .*tag plain-tag\/v9 does not exist/,
      "SourceVerified",
    ],
    [
      "plain-moved",
      { commit: "side", spec: { trigger: { type: "Tag", tag: "plain/v1.0.0" } } },
      "SourceNotVerified",
      /source: .*tag plain\/v1\.0\.0 points at/,
      "SourceVerified",
    ],
    [
      "good-elsewhere",
      { spec: { artifacts: [{ name: "good", type: "binary", uri: "https://files.test/good" }] } },
      "ArtifactNotPinned",
      /artifacts: artifact good: .* has no digest/,
      "Rendered",
    ],
    [
      "good-gone",
      { spec: artifact("good", { digest: `sha256:${"0".repeat(64)}` }) },
      "ArtifactMissing",
      /artifacts: artifact good: .* does not hold .*:1@sha256:000/,
      "Rendered",
    ],
    [
      "good-twice",
      {
        of: { artifacts: { allowMissing: true } },
        spec: {
          artifacts: [
            { name: "good", type: "image", uri: "r.test/x:1", digest: `sha256:${"1".repeat(64)}` },
            { name: "other", type: "image", uri: "r.test/x:1", digest: `sha256:${"2".repeat(64)}` },
          ],
        },
      },
      "InvalidObject",
      /artifacts: .*good and other have one uri and two digests/,
      "Rendered",
    ],
    [
      "good-both",
      {
        spec: artifact("good", {
          uri: `r.test/x@sha256:${"1".repeat(64)}`,
          digest: `sha256:${"2".repeat(64)}`,
        }),
      },
      "InvalidObject",
      /artifacts: .*one digest in its uri and another beside it/,
      "Rendered",
    ],
  ])("%s fails as %j: %s", async (project, options, reason, says, step) => {
    const commit = options.commit === "side" ? side : good;
    const found = await release(project, { ...options, commit, wait: "Stalled" });
    expect(conditionOf(found, "Ready")).toMatchObject({ status: "False", reason });
    expect(conditionOf(found, "Ready")?.message).toMatch(says);
    expect(conditionOf(found, step)).toMatchObject({ status: "False", reason });
    expect(found.status.image).toBeUndefined();
    expect(found.status.number).toBe(1);
    const tag = `${registry}/releases/${workspace.repository}/${project}:${commit}`;
    expect(await workspace.craneFails("digest", tag)).toBe(true);
  });

  test("a project that is stopped in the cluster waits until it is started, unless by hand", async () => {
    const stopped = { release: { enabled: false } };
    const found = await release("plain-stopped", { of: stopped, wait: "Stalled" });
    expect(conditionOf(found, "Ready")).toMatchObject({ reason: "ReleaseDisabled" });
    const source = { url, secretRef: { name: "git-credentials" } };
    await workspace.apply(workspace.project("plain-stopped", { source }));
    await workspace.waitFor("Ready", "release", found.metadata.name);
    const byHand = { of: stopped, spec: { trigger: { type: "Manual" } } };
    expect((await release("plain-by-hand", byHand)).status.number).toBe(1);
  });

  test("an artifact that comes late: the retry goes on, with the same number", async () => {
    const late = artifact("late");
    const spec = { artifacts: [...artifact("good").artifacts, ...late.artifacts] };
    const found = await release("good-late", { spec, wait: "Stalled" });
    expect(conditionOf(found, "Ready")).toMatchObject({
      reason: "ArtifactMissing",
      message: expect.stringMatching(/artifacts: artifact late: its registry does not hold/),
    });
    await pushImage(`${imageOf("late")}:1`, folder);
    const { name } = found.metadata;
    await workspace.kubectl.output([
      ...["-n", workspace.namespace, "annotate", "release", name, "forge.dev/retry=1"],
    ]);
    const ready = await workspace.waitFor("Ready", "release", name);
    expect(ready.status).toMatchObject({ number: 1, retry: "1" });
    expect(conditionOf(ready, "Rendered")).toMatchObject({ status: "True" });
  });

  test("what the Project allows is released", async () => {
    const of = { artifacts: { allowMissing: true, allowTags: true } };
    const never = artifact("never");
    const spec = { artifacts: [...artifact("good").artifacts, ...never.artifacts] };
    const made = [
      await release("good-allowed", { of, spec }),
      await release("cluster-allowed", { of: { objects: { clusterScoped: ["Namespace"] } } }),
      await release("elsewhere-allowed", { of: { objects: { namespaces: ["other"] } } }),
    ];
    expect(made.map(({ status }) => status.number)).toEqual([1, 1, 1]);
  });

  describe("a claim counts only once it was verified", () => {
    const policy = { requireVerifiedSource: true, allowedBranches: ["main"], autoDeploy: true };
    const project = "plain-claims";
    const source = { url, secretRef: { name: "git-credentials" } };
    const inRepository = (...args: string[]) => git(repository, ...args);
    const again = (name: string, trigger: object) =>
      workspace.release(name, side, {
        project,
        source: { git: { ...source, path: "plain" } },
        trigger,
      });
    const namesOf = async (name: string) => {
      const { triggers = [], aliases = [] } = (await workspace.get("release", name)).status;
      return { triggers, aliases: aliases.filter(({ type }) => type !== "Custom") };
    };
    const feature = `${project}-first`;
    const ofFeature = {
      triggers: [{ type: "BranchPush", branch: "side", verification: "Verified" }],
      aliases: [{ type: "Branch", value: "side-1" }],
    };

    beforeAll(async () => {
      await workspace.apply(
        workspace.project(project, { source }),
        workspace.environment("guarded", policy),
        again(feature, { type: "BranchPush", branch: "side" }),
      );
      await workspace.waitFor("Ready", "release", feature);
    });

    test("a false claim of a Release that joins reaches neither list, nor an environment", async () => {
      const claim = { type: "Tag", tag: `${project}/v9.9.9`, branch: "main" };
      await workspace.apply(again("false-claim", claim));
      const joined = await workspace.waitFor("Stalled", "release", "false-claim");
      expect(joined.status).toMatchObject({ joined: feature });
      expect(conditionOf(joined, "SourceVerified")).toMatchObject({ status: "False" });
      expect(conditionOf(joined, "Ready")).toMatchObject({ reason: "SourceNotVerified" });
      expect(await namesOf(feature)).toMatchObject(ofFeature);
      const pointers = await workspace.kubectl.output([
        ...["-n", workspace.namespace, "get", "releasepointers", "-o", "name"],
      ]);
      expect(pointers).not.toContain(project);
    });

    test("inline manifests inherit no claim of the Release that they replace", async () => {
      const other = { project: "plain-replaced" };
      const unpinned = { name: "good", type: "binary", uri: "https://files.test/good" };
      await workspace.apply(
        workspace.project(other.project, { source }),
        workspace.release("verified-and-failed", good, {
          ...other,
          source: { git: { ...source, path: "plain" } },
          artifacts: [unpinned],
        }),
      );
      const failed = await workspace.waitFor("Stalled", "release", "verified-and-failed");
      expect(conditionOf(failed, "SourceVerified")).toMatchObject({ status: "True" });
      await workspace.apply(
        workspace.release("inline", good, { ...other, trigger: { type: "Manual" } }),
      );
      await workspace.waitFor("Ready", "release", "inline");
      expect(await namesOf("inline")).toMatchObject({
        triggers: [{ type: "Manual", verification: "NotChecked" }],
        aliases: [],
      });
      const pointers = ["-n", workspace.namespace, "get", "releasepointers", "-o", "name"];
      expect(await workspace.kubectl.output(pointers)).not.toContain(other.project);
    });

    test("a true claim of a Release that joins is taken over, with its aliases", async () => {
      await inRepository("tag", `${project}/v9.9.9`, side);
      await inRepository("update-ref", "refs/heads/release/1", side);
      const claim = { type: "Tag", tag: `${project}/v9.9.9`, branch: "release/1" };
      await workspace.apply(again("true-claim", claim));
      await workspace.waitFor("Ready", "release", "true-claim");
      const { triggers, aliases } = await namesOf(feature);
      expect(triggers).toMatchObject([
        ...ofFeature.triggers,
        { ...claim, verification: "Verified" },
      ]);
      expect(aliases).toMatchObject([
        ...ofFeature.aliases,
        { value: "v9.9.9" },
        { value: `${project}/v9.9.9` },
      ]);
    });
  });
});
