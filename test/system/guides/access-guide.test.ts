import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Workspace } from "../ground/workspace.ts";

const guide = readFileSync(
  join(import.meta.dirname, "..", "..", "..", "docs", "access.md"),
  "utf8",
);
const commands = [...guide.matchAll(/```sh\n([^`]+)```/g)].flatMap(([, block = ""]) =>
  block.trim().split("\n"),
);

describe("the commands of docs/access.md", () => {
  const workspace = new Workspace("guide");
  const deploy = (environment: string) => [
    ...["-n", workspace.namespace, "auth", "can-i", "deploy"],
    ...[`environments.forge.dev/${environment}`, "--as=alice"],
  ];

  beforeAll(async () => {
    await workspace.create();
  });

  /** A line of the guide, in a namespace of the test. */
  const words = (line: string) =>
    line.replace("kubectl -n shop", `-n ${workspace.namespace}`).split(" ");

  test("there are commands to run, one a line", () => {
    expect(commands.length).toBeGreaterThan(8);
    expect(commands.filter((line) => !line.startsWith("kubectl -n shop "))).toEqual([]);
  });

  test("alice may not deploy before they are run", async () => {
    const answer = await workspace.kubectl.run(deploy("production"));
    expect(answer.stdout).toBe("no\n");
  });

  test.each(commands)("%s", async (line) => {
    const result = await workspace.kubectl.run(words(line));
    expect(
      result.stderr.replace(/^Warning: .* is not a (standard resource|known) verb\n+/, ""),
    ).toBe("");
  });

  test("they give what they say, and no more", async () => {
    const answers = await Promise.all(
      ["production", "dev"].map((environment) => workspace.kubectl.run(deploy(environment))),
    );
    expect(answers.map(({ stdout }) => stdout)).toEqual(["yes\n", "no\n"]);
    // The default roles are put together by kube-controller-manager, which is not here.
    await workspace.bind("alice", "forge-view", "forge-edit");
    const { namespace } = workspace;
    await workspace.as("alice").apply(namespace, workspace.pointer("production", "1"));
    await expect(
      workspace.as("alice").apply(namespace, workspace.pointer("dev", "1")),
    ).rejects.toThrow("may not deploy to environment dev");
    const release = { repository: workspace.repository, project: "auth", commit: "c".repeat(40) };
    await workspace.as("bob").apply(namespace, {
      apiVersion: "forge.dev/v1alpha1",
      kind: "ReleaseApproval",
      metadata: { name: "by-bob" },
      spec: {
        environment: "production",
        release: { ...release, digest: `sha256:${"d".repeat(64)}` },
        decision: "Approve",
        justification: "Tested.",
      },
    });
  });
});
