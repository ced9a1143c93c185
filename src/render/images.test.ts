import { describe, expect, test } from "vitest";
import type { Artifact } from "../api/index.ts";
import { pinImages, renderYaml } from "./index.ts";

const digest = `sha256:${"a".repeat(64)}`;
const artifact = (uri: string, given?: string): Artifact => ({
  name: "api",
  type: "container-image",
  uri,
  ...(given !== undefined && { digest: given }),
});

function pin(image: string, ...artifacts: Artifact[]): { image: unknown; unexplained: unknown } {
  const spec = { template: { spec: { containers: [{ name: "c", image }] } } };
  const object = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d" }, spec };
  const files = [{ path: "d.yaml", content: JSON.stringify(object) }];
  const { manifests, unexplained } = pinImages(renderYaml(files), artifacts);
  const [manifest] = manifests;
  const [, found] = /image: (.*)/.exec(manifest?.yaml ?? "") ?? [];
  return { image: found, unexplained };
}

describe("an image of a container", () => {
  test.each([
    ["r.io/api:1", "r.io/api:1", `r.io/api:1@${digest}`, "it is the artifact's uri"],
    ["r.io/api", "r.io/api", `r.io/api@${digest}`, "a uri may have no tag"],
    ["r.io:5000/api", "r.io:5000/api", `r.io:5000/api@${digest}`, "a port is no tag"],
    [`r.io/api@${digest}`, "r.io/api:1", `r.io/api@${digest}`, "it is the artifact by digest"],
    [`r.io/api:1@${digest}`, "r.io/api:1", `r.io/api:1@${digest}`, "it has both already"],
  ])("%s of artifact %s becomes %s, since %s", (image, uri, expected) => {
    expect(pin(image, artifact(uri, digest))).toEqual({ image: expected, unexplained: [] });
  });

  test.each([
    ["r.io/api:1-debug", "r.io/api:1", "another tag is another image"],
    ["r.io/api", "r.io/api:1", "no tag is another tag"],
    [`r.io/api@sha256:${"b".repeat(64)}`, "r.io/api:1", "another digest is another image"],
    ["r.io/api2:1", "r.io/api:1", "another name is another image"],
    ["redis:7", "r.io/api:1", "nobody built it"],
  ])("%s is not explained by %s, since %s", (image, uri) => {
    expect(pin(image, artifact(uri, digest))).toEqual({ image, unexplained: [image] });
  });

  test("stays as it is, and is explained, where no digest is known", () => {
    expect(pin("r.io/api:1", artifact("r.io/api:1"))).toEqual({
      image: "r.io/api:1",
      unexplained: [],
    });
  });
});

test("images are found wherever containers are, each once; other objects are left as they are", () => {
  const content = `
apiVersion: batch/v1
kind: CronJob
metadata: {name: job}
spec:
  jobTemplate: {spec: {template: {spec: {
    initContainers: [{name: a, image: redis}], containers: [{name: b, image: redis}, {name: c}],
    ephemeralContainers: [{name: d, image: busybox}]}}}}
---
apiVersion: example.com/v1
kind: Rollout
metadata: {name: own}
spec: {workload: {containers: [{image: nginx, name: x}], image: not-one}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: map}
data: {image: not-one, containers: "no list"}
`;
  const before = renderYaml([{ path: "a.yaml", content }]);
  const { manifests, unexplained } = pinImages(before, []);
  expect(unexplained).toEqual(["busybox", "nginx", "redis"]);
  expect(manifests.map((manifest, index) => manifest === before[index])).toEqual([
    true,
    true,
    true,
  ]);
});
