import { expect, test } from "vitest";
import { ManualClock } from "../../../controller/kube/testing/index.ts";
import { RequestIds } from "./request-ids.ts";

test("an id that is sent twice names the first request alone", () => {
  const ids = new RequestIds(new ManualClock());
  expect(ids.take("build-1")).toBe("build-1");
  const [second, third] = [ids.take("build-1"), ids.take("build-1")];
  expect(new Set(["build-1", second, third]).size).toBe(3);
  expect(ids.take("build-2")).toBe("build-2");
});

test("a request that sends none has an id of its own", () => {
  const ids = new RequestIds(new ManualClock());
  expect(ids.take(undefined)).not.toBe(ids.take(undefined));
});
