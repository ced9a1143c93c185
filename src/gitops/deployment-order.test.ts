import { expect, test } from "vitest";
import { isLaterDeployment } from "./deployment-order.ts";

test.each([
  { because: "a greater sequence is later", standing: "dev-a-10", id: "dev-a-9", later: true },
  { because: "a lesser one is not", standing: "dev-a-9", id: "dev-a-10", later: false },
  { because: "the same one is not", standing: "dev-a-9", id: "dev-a-9", later: false },
  { because: "another pointer's has no order", standing: "dev-b-9", id: "dev-a-1", later: false },
  { because: "a file without a deployment has none", standing: undefined, id: "d-1", later: false },
  { because: "a name that people chose has none", standing: "by hand", id: "d-1", later: false },
])("$because", ({ standing, id, later }) => {
  expect(isLaterDeployment(standing, id)).toBe(later);
});
