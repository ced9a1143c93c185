import { expect, test } from "vitest";
import { collectionPath, objectPath, queryText, type Resource } from "./resource.ts";

const pods: Resource = {
  group: "",
  version: "v1",
  plural: "pods",
  kind: "Pod",
  namespaced: true,
};
const crds: Resource = {
  group: "apiextensions.k8s.io",
  version: "v1",
  plural: "customresourcedefinitions",
  kind: "CustomResourceDefinition",
  namespaced: false,
};

test.each([
  [collectionPath(pods), "/api/v1/pods"],
  [collectionPath(pods, "web"), "/api/v1/namespaces/web/pods"],
  [
    objectPath(pods, { namespace: "web", name: "a" }, "status"),
    "/api/v1/namespaces/web/pods/a/status",
  ],
  [
    objectPath(crds, { namespace: "", name: "x.y" }),
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/x.y",
  ],
  [objectPath(pods, { namespace: "web", name: "a/b" }), "/api/v1/namespaces/web/pods/a%2Fb"],
  [queryText({ a: undefined }), ""],
  [
    queryText({ labelSelector: "a=b,c in (d)", limit: 5 }),
    "?labelSelector=a%3Db%2Cc+in+%28d%29&limit=5",
  ],
])("%s", (actual, expected) => {
  expect(actual).toBe(expected);
});

test.each(["", ".", ".."])("the name %j addresses something else and is refused", (name) => {
  expect(() => objectPath(pods, { namespace: "web", name })).toThrow(TypeError);
});

test("a namespaced object needs its namespace", () => {
  expect(() => objectPath(pods, { namespace: "", name: "a" })).toThrow("needs a namespace");
});
