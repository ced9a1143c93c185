import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireTool } from "../../../tools/locate.ts";
import { type Controller, createBareRepository, output } from "../../ground/index.ts";
import { pushImage } from "../ground/container-image.ts";
import { conditionOf, Workspace } from "../ground/workspace.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const guide = readFileSync(join(root, "docs", "projects.md"), "utf8");

/** Files (behind a line with their path) and commands, in the order of the page. */
const blocks = [
  ...guide.matchAll(/(?:^`([^`\n]+)`:\n\n)?^```(cue|yaml|console)\n([\s\S]*?)^```/gm),
];

describe("docs/projects.md", () => {
  const workspace = new Workspace("projects");
  const folder = join(workspace.ground.folder, workspace.namespace);
  const repository = join(workspace.ground.gitRoot, workspace.namespace, "monorepo.git");
  const url = `${workspace.ground.gitUrl}/${workspace.namespace}/monorepo.git`;
  let controller: Controller;

  /** The page's text with what is different here. */
  const here = (text: string) =>
    text
      .replaceAll("https://git.example.com/company/monorepo.git", url)
      .replaceAll(
        "registry.example.com/company",
        `${workspace.ground.registry}/${workspace.namespace}`,
      )
      .replaceAll("repository: company/monorepo", `repository: ${workspace.repository}`);

  beforeAll(async () => {
    await workspace.create();
    await createBareRepository(repository);
    mkdirSync(folder, { recursive: true });
    const git = (...args: string[]) => output("git", ["-C", folder, ...args]);
    await git("init", "--quiet", "--initial-branch=main");
    await git("remote", "add", "origin", repository);
    for (const name of ["greeter", "hello"]) {
      await pushImage(`${workspace.ground.registry}/${workspace.namespace}/${name}:1.0.0`, folder);
    }
    controller = await workspace.controller();
  });
  afterAll(() => controller.process.stop());

  async function run(command: string): Promise<string> {
    const tools = [requireTool("cue"), requireTool("kubectl")].map(dirname).join(":");
    const identity = { NAME: "Alice", EMAIL: "alice@company.com" };
    return output("bash", ["--norc", "-euo", "pipefail", "-c", command], {
      cwd: folder,
      env: {
        PATH: `${tools}:${process.env["PATH"]}`,
        KUBECONFIG: await kubeconfig(),
        ...Object.fromEntries(
          Object.entries(identity).flatMap(([key, value]) => [
            [`GIT_AUTHOR_${key}`, value],
            [`GIT_COMMITTER_${key}`, value],
          ]),
        ),
      },
    });
  }

  /** The administrator's, on the namespace of the test. */
  async function kubeconfig(): Promise<string> {
    const file = join(folder, "..", `${workspace.namespace}.kubeconfig`);
    writeFileSync(file, readFileSync(workspace.ground.kubeconfig), { mode: 0o600 });
    const flags = ["config", "set-context", "--current", `--namespace=${workspace.namespace}`];
    await output(requireTool("kubectl"), ["--kubeconfig", file, ...flags]);
    return file;
  }

  test("is files and commands, and each can be followed", async () => {
    const said: string[] = [];
    for (const [, path, language, text = ""] of blocks) {
      if (language === "console") {
        for (const command of text.trim().split("\n")) said.push(await run(here(command)));
        continue;
      }
      expect(path, `a file without a name: ${text.slice(0, 60)}`).toBeDefined();
      const file = join(folder, path ?? "");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, here(text));
    }
    expect(said.join("")).toMatch(/greeter-1 .*greeter .*1 .*BranchPush .*True .*Packaged/);
    expect(said.join("")).toMatch(/hello-1 .*hello .*1 .*v1\.0\.0 .*Tag .*True .*Packaged/);
  });

  test("says what they come to", async () => {
    const greeter = await workspace.get("release", "greeter-1");
    expect(greeter.status).toMatchObject({ number: 1, aliases: [{ value: "main-1" }] });
    expect(conditionOf(greeter, "SourceVerified")).toMatchObject({ status: "True" });
    const hello = await workspace.get("release", "hello-1");
    const aliases = hello.status.aliases?.map(({ value }) => value);
    expect(aliases).toEqual(["v1.0.0", "hello/v1.0.0"]);
    expect(conditionOf(hello, "SourceVerified")).toMatchObject({ status: "True" });
  });

  test.each(["greeter", "hello"])("the image of %s is pinned", async (name) => {
    const image = `${workspace.ground.registry}/${workspace.namespace}/${name}:1.0.0`;
    const digest = (await workspace.crane("digest", image)).trim();
    const { status } = await workspace.get("release", `${name}-1`);
    const manifests = await workspace.manifests(status.image?.ref ?? "");
    expect(manifests).toContain(`image: ${image}@${digest}`);
  });
});
