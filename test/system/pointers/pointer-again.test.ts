import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Controller } from "../../ground/index.ts";
import { Journey } from "../ground/journey.ts";

describe("a pointer that was deleted, and made again", () => {
  const journey = new Journey("again");
  let controller: Controller;

  beforeAll(async () => {
    await journey.create();
    await journey.apply(journey.environment("dev"));
    controller = await journey.controller();
    await journey.firstDeployed("dev", 3);
  });

  afterAll(async () => {
    await controller.process.stop();
  });

  const remove = (name: string) =>
    journey.kubectl.output(["-n", journey.namespace, "delete", "releasepointer", name]);
  const history = (records: Awaited<ReturnType<Journey["records"]>>) =>
    records.map(({ spec }) => [spec.sequence, spec.release.number]);

  test("counts on above its records, also where its file is gone", async () => {
    await remove(journey.pointerName("dev"));
    await journey.apply(journey.environment("dev", {}, { path: "moved/{project}" }));
    await journey.apply(journey.pointer("dev", "2"));
    await journey.deployed("dev", 2);
    const records = await journey.outcomes("dev", ["Superseded", "Active"]);
    expect(history(records)).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test("goes on with the history of its place under another name", async () => {
    await remove(journey.pointerName("dev"));
    const pointer = journey.pointer("dev", "3");
    await journey.apply({ ...pointer, metadata: { name: "by-hand" } });
    await journey.waitForField("releasepointer", "by-hand", ".status.deployed.number", "3");
    const records = await journey.outcomes("dev", ["Superseded", "Superseded", "Active"]);
    expect(records[1]?.status.endedAt).toBe(records[2]?.status.committedAt);
  });
});
