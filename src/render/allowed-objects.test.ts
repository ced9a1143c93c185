import { describe, expect, test } from "vitest";
import { type ObjectRules, refuseObjects, renderYaml, warningsOf } from "./index.ts";

function manifests(...objects: object[]) {
  return renderYaml(
    objects.map((object, index) => ({ path: `${index}.yaml`, content: JSON.stringify(object) })),
  );
}

const role = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "r" },
};
const map = (namespace?: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "m", ...(namespace && { namespace }) },
});
const definition = (scope: string) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: { group: "example.com", scope, names: { kind: "Widget" } },
});
const widget = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } };
const crd = "CustomResourceDefinition.apiextensions.k8s.io";

describe("objects that a Project allows", () => {
  test.each<[object[], ObjectRules, string]>([
    [[role], { clusterScoped: ["ClusterRole.rbac.authorization.k8s.io"] }, "by kind and group"],
    [[role], { clusterScoped: ["*"] }, "every kind"],
    [
      [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } }],
      { clusterScoped: ["Namespace"] },
      "a kind of the core group has no group",
    ],
    [[map("a")], { clusterScoped: [] }, "without a list every namespace may be named"],
    [[map("a")], { clusterScoped: [], namespaces: ["a"] }, "the namespace is listed"],
    [[map()], { clusterScoped: [], namespaces: [] }, "no namespace is named"],
    [[widget], { clusterScoped: [] }, "of a kind that is not known nothing is known"],
    [[definition("Namespaced"), widget], { clusterScoped: [crd] }, "its objects have namespaces"],
  ])("%j by %j: %s", (objects, rules) => {
    expect(() => refuseObjects(manifests(...objects), rules)).not.toThrow();
  });

  test.each<[object[], ObjectRules, RegExp, string]>([
    [[role], { clusterScoped: [] }, /ClusterRole r belongs to no namespace/, "none is allowed"],
    [[role], { clusterScoped: ["ClusterRole"] }, /ClusterRole r/, "the group counts"],
    [[role], { clusterScoped: [crd] }, /ClusterRole r/, "another kind is allowed"],
    [[map("b")], { clusterScoped: [], namespaces: ["a"] }, /a?ConfigMap b\/m/, "another is listed"],
    [[map("b")], { clusterScoped: [], namespaces: [] }, /namespace b/, "none is listed"],
    [
      [definition("Cluster"), widget],
      { clusterScoped: [crd] },
      /Widget w/,
      "the definition in the same release says so",
    ],
  ])("%j is refused by %j: %s", (objects, rules, message) => {
    expect(() => refuseObjects(manifests(...objects), rules)).toThrow(message);
  });
});

test.each([
  [{ data: { password: "cGFzcw==" } }, 1],
  [{ stringData: { password: "pass" } }, 1],
  [{ data: {} }, 0],
  [{ type: "Opaque" }, 0],
])("a Secret with %j gives %i warnings", (fields, count) => {
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, ...fields };
  const warnings = warningsOf(manifests(secret, map()));
  expect(warnings).toHaveLength(count);
  expect(warnings.join()).not.toContain("pass");
});
