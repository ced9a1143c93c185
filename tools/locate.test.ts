import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { locateTool } from "./locate.ts";

describe("locateTool", () => {
  let folder: string;
  const at = (name: string) => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "forge-locate-"));
    for (const name of ["etcd", "argocd", "application-crd.yaml", "source-controller"]) {
      writeFileSync(at(name), "");
      chmodSync(at(name), 0o755);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    {
      because: "setup-envtest lays etcd out there",
      program: "etcd",
      variable: "KUBEBUILDER_ASSETS",
      value: "",
    },
    {
      because: "the variable names the binary",
      program: "argocd",
      variable: "ARGOCD",
      value: "argocd",
    },
    {
      because: "the kinds of a newer Argo CD are newer too, and stand beside it",
      program: "application-crd.yaml",
      variable: "ARGOCD",
      value: "argocd",
    },
    {
      because: "source-controller is not built, so that only the variable can give it",
      program: "source-controller",
      variable: "SOURCE_CONTROLLER",
      value: "source-controller",
    },
  ])("$variable gives $program: $because", ({ program, variable, value }) => {
    expect(locateTool(program, { [variable]: at(value) })).toBe(at(program));
  });

  test.each([
    { program: "argocd", variable: "ARGOCD", value: "nothing" },
    { program: "kubectl", variable: "KUBEBUILDER_ASSETS", value: "" },
  ])("$variable without $program is an error, not the pinned program", (row) => {
    const { program, variable, value } = row;
    const locate = () => locateTool(program, { [variable]: at(value) });
    expect(locate).toThrow(new RegExp(`\\$${variable} is set`));
  });

  test("without the variable there is no source-controller", () => {
    expect(locateTool("source-controller", {})).toBeUndefined();
  });
});
