import { describe, expect, test } from "vitest";
import { missingWork } from "./choose.ts";
import type { ToolModule } from "./modules.ts";

function module(folder: string, more: Partial<ToolModule>): ToolModule {
  return { folder, versionOf: folder, programs: {}, stamp: () => [], ...more };
}

const modules = [
  module("argocd", {
    programs: { argocd: "argo/cmd", helm: "helm/cmd/helm" },
    files: { argo: ["manifests/crds/application-crd.yaml"] },
  }),
  module("crane", { programs: { crane: "cmd/crane" } }),
  module("node", { programs: { kubelet: "cmd/kubelet" }, onRequest: true }),
];

describe("what is to be built", () => {
  const cases: readonly {
    readonly because: string;
    readonly wanted: readonly string[];
    readonly there: readonly string[];
    readonly work: readonly string[];
  }[] = [
    {
      because: "nothing is named: all that every machine can run",
      wanted: [],
      there: [],
      work: ["argocd: argocd, helm, application-crd.yaml", "crane: crane"],
    },
    {
      because: "one program of two of a module is named",
      wanted: ["argocd"],
      there: [],
      work: ["argocd: argocd"],
    },
    {
      because: "a file is named",
      wanted: ["application-crd.yaml", "crane"],
      there: [],
      work: ["argocd: application-crd.yaml", "crane: crane"],
    },
    {
      because: "the rest of a module is there already",
      wanted: [],
      there: ["argocd", "application-crd.yaml", "crane"],
      work: ["argocd: helm"],
    },
    {
      because: "it is named, not every machine runs it",
      wanted: ["kubelet"],
      there: [],
      work: ["node: kubelet"],
    },
    { because: "all is there", wanted: ["crane"], there: ["crane"], work: [] },
  ];

  test.each(cases)("$because", ({ wanted, there, work }) => {
    const found = missingWork(wanted, (name) => there.includes(name), modules);
    expect(found.map(({ module: { folder }, names }) => `${folder}: ${names.join(", ")}`)).toEqual(
      work,
    );
  });

  test("a name that no module has is an error that lists those that are", () => {
    expect(() => missingWork(["helmet", "crane"], () => false, modules)).toThrow(
      "helmet: not one of argocd, helm, application-crd.yaml, crane, kubelet",
    );
  });
});
