import { expect, test } from "vitest";
import type { Release } from "../../api/index.ts";
import { madeOf } from "./release-report.ts";

const made = {
  image: { ref: "registry.example.com/shop/auth:abc", digest: "sha256:1" },
  commitTime: "2026-03-01T12:00:00.000Z",
  resources: { Deployment: 1 },
  unexplainedImages: ["nginx:1"],
  warnings: ["no limits"],
};

const releaseWith = (status: object | undefined) => ({ status }) as unknown as Release;

test.each([
  { status: { ...made, number: 7 }, kept: made, because: "whatever comes of it, it was made so" },
  {
    status: { image: made.image },
    kept: { image: made.image },
    because: "the rest was never there",
  },
  { status: { warnings: made.warnings }, kept: {}, because: "no image came of it" },
  { status: undefined, kept: {}, because: "nobody looked at it yet" },
])("what was made of a release is kept: $because", ({ status, kept }) => {
  expect(madeOf(releaseWith(status))).toEqual(kept);
});
