import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownNetwork } from "../../../src/network/index.ts";
import { RegistryClient, releaseImagesIn } from "../../../src/oci/index.ts";
import { releaseContent } from "../../../src/oci/testing/release-content.ts";
import type { Controller } from "../../ground/index.ts";
import { conditionOf, present, Workspace } from "../ground/workspace.ts";

describe("releases of a snapshot", () => {
  const workspace = new Workspace("snapshots");
  const signal = AbortSignal.timeout(100_000);
  const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n";
  let controller: Controller;

  beforeAll(async () => {
    await workspace.create();
    controller = await workspace.controller();
  });

  afterAll(() => controller.process.stop());

  /** A release image as another forge, or a pipeline, has made it; its reference by digest. */
  async function publishElsewhere(commit: string): Promise<string> {
    await using client = new RegistryClient({ network: ownNetwork() });
    const content = releaseContent(workspace.ground.registry);
    const { ref, digest } = await releaseImagesIn(client).publish(
      {
        ...content,
        registry: `${workspace.ground.registry}/elsewhere`,
        objects: [{ kind: "ConfigMap", name: "settings", yaml }],
        source: {
          ...content.source,
          repository: workspace.repository,
          project: "auth",
          commit: commit.padEnd(40, "0"),
        },
      },
      signal,
    );
    return ref.replace(/:[0-9a-f]+$/, `@${digest}`);
  }

  function release(name: string, commit: string, ref: string): object {
    return workspace.release(name, commit, { source: { oci: { ref } } });
  }

  test("one of the same commit becomes a release here, with a number of its own", async () => {
    const ref = await publishElsewhere("a1");
    await workspace.apply(release("same", "a1", ref));
    const { status } = await workspace.waitFor("Ready", "release", "same");
    const image = present(status.image);
    expect(status.number).toBe(1);
    expect(image.ref).toContain(`/releases/${workspace.repository}/auth:a1`);
    await using client = new RegistryClient({ network: ownNetwork() });
    const { files, metadata, created } = await releaseImagesIn(client).read(image.ref, signal);
    expect(files.map((file) => file.yaml)).toEqual([yaml]);
    expect(metadata.source).toMatchObject({ author: "Alice <alice@company.com>" });
    expect(created).toBe("2026-11-20T10:00:00Z");
  });

  test.each([
    {
      name: "other-commit",
      ref: async () => await publishElsewhere("b1"),
      reason: "SourceNotAllowed",
      says: /not one of .*auth at b2/,
    },
    {
      name: "other-registry",
      ref: async () => "169.254.169.254/latest/meta-data:v1",
      reason: "SourceNotAllowed",
      says: /169\.254\.169\.254\/latest\/meta-data is on no path of this namespace/,
    },
    {
      name: "no-image",
      ref: async () => `${workspace.ground.registry}/elsewhere/nothing:v1`,
      reason: "ImageNotFound",
      says: /does not exist/,
    },
  ])("$name is not released: $reason", async ({ name, ref, reason, says }) => {
    await workspace.apply(release(name, "b2", await ref()));
    const failed = await workspace.waitFor("Ready=false", "release", name);
    await expect
      .poll(async () => conditionOf(await workspace.get("release", name), "Ready"), {
        timeout: 20_000,
      })
      .toMatchObject({ status: "False", reason, message: expect.stringMatching(says) });
    expect(failed.status.image).toBeUndefined();
    await workspace.kubectl.output(["-n", workspace.namespace, "delete", "release", name]);
  });
});
