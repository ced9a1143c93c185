import { describe, expect, test } from "vitest";
import { keysOfAnnotations, keysOfPointer, mayReportOn } from "./pointer-keys.ts";

const names = { environment: "production", repository: "company/monorepo", project: "auth" };
const three = {
  "forge.dev/environment": "production",
  "forge.dev/repository": "company/monorepo",
  "forge.dev/project": "auth",
};
const isTenant = (namespace: string) => ["team-a", "team-b"].includes(namespace);

/** Whether an object in a namespace, with those annotations, reports on team-a's pointer. */
function reports(namespace: string, annotations: Readonly<Record<string, string>>): boolean {
  const pointer = "team-a/production-auth";
  const metadata = { name: "auth", namespace, annotations };
  const isFound = keysOfAnnotations(annotations).some((key) =>
    keysOfPointer({ ...names, pointer }).includes(key),
  );
  const object = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata };
  return isFound && mayReportOn(object, pointer, isTenant);
}

describe("an agent's object reports on a pointer", () => {
  test.each([
    { because: "Argo CD's own namespace is no tenant's", namespace: "argocd", annotations: three },
    { because: "it lies beside its pointer", namespace: "team-a", annotations: three },
    {
      because: "it names the pointer with its namespace",
      namespace: "argocd",
      annotations: { "forge.dev/pointer": "team-a/production-auth" },
    },
    {
      because: "it names the namespace of the pointer",
      namespace: "argocd",
      annotations: { ...three, "forge.dev/namespace": "team-a" },
    },
  ])("$because", ({ namespace, annotations }) => {
    expect(reports(namespace, annotations)).toBe(true);
  });
});

describe("an agent's object does not report on a pointer of another tenant", () => {
  test.each([
    { because: "it lies in another tenant's namespace", namespace: "team-b", annotations: three },
    {
      because: "it lies there and claims the pointer",
      namespace: "team-b",
      annotations: { "forge.dev/pointer": "team-a/production-auth" },
    },
    {
      because: "it names the same pointer of another namespace",
      namespace: "argocd",
      annotations: { "forge.dev/pointer": "team-b/production-auth" },
    },
    {
      because: "it names another namespace",
      namespace: "argocd",
      annotations: { ...three, "forge.dev/namespace": "team-b" },
    },
    {
      because: "it names two pointers at once",
      namespace: "argocd",
      annotations: { ...three, "forge.dev/pointer": "team-b/production-auth" },
    },
  ])("$because", ({ namespace, annotations }) => {
    expect(reports(namespace, annotations)).toBe(false);
  });
});
