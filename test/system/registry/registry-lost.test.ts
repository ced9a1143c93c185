import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Controller, type Registry, startRegistry } from "../../ground/index.ts";
import { Journey } from "../ground/journey.ts";
import { conditionOf, type ForgeObject, present } from "../ground/workspace.ts";

describe("a registry that lost what it had", () => {
  const journey = new Journey("lost");
  const folder = join(journey.ground.folder, `${journey.namespace}-registry`);
  const repository = `releases/${journey.repository}/auth`;
  const place = join(folder, "storage", "docker", "registry", "v2", "repositories", repository);
  let registry: Registry;
  let controller: Controller;

  const image = (suffix = "") => `${registry.host}/${repository}${suffix}`;
  const tags = async () => {
    // A repository without tags is none to some registries.
    const listed = await journey.crane("ls", image()).catch(() => "");
    return listed.split("\n").filter((line) => line !== "");
  };
  const release = (name: string) => journey.get("release", name);
  const packaged = async (name: string) => conditionOf(await release(name), "Packaged");
  const saying = (name: string, reason: string): Promise<ForgeObject> =>
    vi.waitFor(
      async () => {
        const found = await release(name);
        expect(conditionOf(found, "Packaged")?.reason).toBe(reason);
        return found;
      },
      { timeout: 30_000, interval: 100 },
    );
  /** Looks are an hour apart, and the first is at the start. */
  const lookAgain = async () => {
    await controller.process.stop();
    controller = await journey.controller({ registry: registry.host });
  };
  const retry = (name: string, value: string) =>
    journey.kubectl.output([
      ...["-n", journey.namespace, "annotate", "release", name],
      ...[`forge.dev/retry=${value}`, "--overwrite"],
    ]);
  const warnings = (reason: string) =>
    journey.kubectl.output([
      ...["-n", journey.namespace, "get", "events", `--field-selector=reason=${reason}`],
      ...["-o", "jsonpath={.items[*].type}"],
    ]);

  beforeAll(async () => {
    registry = await startRegistry(folder);
    await journey.create();
    await journey.apply(journey.environment("dev"));
    controller = await journey.controller({ registry: registry.host });
    await journey.firstDeployed("dev", 3);
  });

  afterAll(async () => {
    await controller.process.stop();
    await registry.process.stop();
  });

  test("its tags: said, and not pushed again", async () => {
    rmSync(join(place, "_manifests", "tags"), { recursive: true, force: true });
    await lookAgain();
    const found = await saying("release-1", "TagMissing");
    expect(conditionOf(found, "Packaged")).toMatchObject({ status: "False" });
    expect(conditionOf(found, "Ready")).toMatchObject({ status: "True", reason: "TagMissing" });
    expect(conditionOf(found, "Ready")?.message).toContain("forge.dev/retry");
    expect(await warnings("TagMissing")).toContain("Warning");
    await saying("release-3", "TagMissing");
    expect(await tags()).toEqual([]);
  });

  test("its tags: the digests are there, and can be deployed", async () => {
    await journey.ask("dev", { release: "2" });
    const { status } = await journey.deployed("dev", 2);
    expect(status.deployment?.sequence).toBe(2);
  });

  test("its tags: one that is made again has the digest that it had", async () => {
    const before = present((await release("release-1")).status.image);
    await retry("release-1", "1");
    const found = await saying("release-1", "Pushed");
    expect(found.status.image).toEqual(before);
    expect((await journey.crane("digest", before.ref)).trim()).toBe(before.digest);
    expect(await tags()).toHaveLength(1);
  });

  test("an image that is gone is not deployed, before anybody noticed", async () => {
    const { digest } = present((await release("release-3")).status.image);
    await journey.crane("delete", image(`@${digest}`));
    await journey.ask("dev", { release: "3" });
    expect(await journey.refused("dev", "ImageNotFound")).toContain(digest);
    expect(await journey.deployedNumber("dev")).toBe("2");
    await journey.ask("dev", { release: "2" });
  });

  test("everything: said, and nothing is pushed or deployed", async () => {
    rmSync(place, { recursive: true });
    await lookAgain();
    const found = await saying("release-1", "ImageMissing");
    expect(conditionOf(found, "Ready")).toMatchObject({ status: "False", reason: "ImageMissing" });
    expect(await warnings("ImageMissing")).toContain("Warning");
    await saying("release-2", "ImageMissing");
    await journey.ask("dev", { release: "1" });
    await journey.refused("dev", "ReleaseNotReady");
    expect(await journey.deployedNumber("dev")).toBe("2");
    expect(await journey.craneFails("digest", present(found.status.image).ref)).toBe(true);
  });

  test("everything: what somebody else put under the tag is not overwritten", async () => {
    const other = journey.release("other", "aa", { project: "other" });
    await journey.apply(other);
    const { status } = await journey.waitFor("Ready", "release", "other");
    const { ref } = present((await release("release-2")).status.image);
    await journey.crane("copy", present(status.image).ref, ref);
    await retry("release-2", "1");
    await saying("release-2", "ImageTaken");
    expect((await journey.crane("digest", ref)).trim()).toBe(present(status.image).digest);
  });

  test("everything: made again, a release has the digest that it had, and is deployed", async () => {
    const before = present((await release("release-1")).status.image);
    await retry("release-1", "2");
    const found = await saying("release-1", "Pushed");
    expect(found.status.image).toEqual(before);
    expect((await journey.crane("digest", before.ref)).trim()).toBe(before.digest);
    await journey.deployed("dev", 1);
    expect((await packaged("release-3"))?.reason).toBe("ImageMissing");
  });
});
