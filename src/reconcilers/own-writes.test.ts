import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../controller/kube/index.ts";
import { OwnWrites } from "./own-writes.ts";

const key = { namespace: "ns", name: "x" };
const object = (resourceVersion: string, uid = "a"): KubeObject => ({
  apiVersion: "v1",
  kind: "Item",
  metadata: { ...key, uid, resourceVersion },
});

describe("what was written since the cache was told", () => {
  test.each([
    { cached: object("9"), written: object("10"), sees: "10", because: "9 is before 10" },
    { cached: object("10"), written: object("10"), sees: "10", because: "the cache has it" },
    { cached: object("11"), written: object("10"), sees: "11", because: "somebody wrote later" },
    { cached: object("3", "b"), written: object("10"), sees: "3", because: "another object" },
    { cached: object("x"), written: object("y"), sees: "x", because: "no order is known" },
  ])("$because", ({ cached, written, sees }) => {
    const writes = new OwnWrites({ get: () => cached });
    writes.remember(written);
    expect(writes.get(key)?.metadata.resourceVersion).toBe(sees);
  });

  test("what was deleted is gone, and forgotten", () => {
    let cached: KubeObject | undefined;
    const writes = new OwnWrites({ get: () => cached });
    writes.remember(object("10"));
    expect(writes.get(key)).toBeUndefined();
    cached = object("9");
    expect(writes.get(key)?.metadata.resourceVersion).toBe("9");
  });
});
