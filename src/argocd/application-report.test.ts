import { describe, expect, test } from "vitest";
import { keysOfPointer, worstOf } from "../delivery/index.ts";
import { type Application, keysOfApplication } from "./application.ts";
import { type ApplicationState, failedInPassing, reportOf } from "./application-report.ts";

const deliveryOf = (deployment: string, states: readonly ApplicationState[]) =>
  worstOf(states.map((state) => reportOf(deployment, state)));

function application(status: Application["status"], more: object = {}): Application {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: "auth", namespace: "argocd", ...more },
    ...(status && { status }),
  } as Application;
}

const healthy = application({
  sync: { status: "Synced", revision: "a".repeat(40) },
  health: { status: "Healthy" },
});
const degraded = application({ sync: { status: "Synced" }, health: { status: "Degraded" } });

describe("what Argo CD makes of a deployment", () => {
  test("is nothing where there is no Application", () => {
    expect(deliveryOf("d-1", [])).toBeUndefined();
  });

  test("says what Argo CD says of this deployment", () => {
    expect(deliveryOf("d-1", [{ application: healthy, carries: true }])).toEqual({
      deployment: "d-1",
      application: "argocd/auth",
      sync: "Synced",
      health: "Healthy",
      revision: "a".repeat(40),
    });
  });

  test("the health of an older commit is not the deployment's", () => {
    expect(deliveryOf("d-2", [{ application: healthy, carries: false }])).toMatchObject({
      sync: "OutOfSync",
      health: "Unknown",
    });
  });

  test.each([
    { states: [true, true], of: [healthy, degraded], health: "Degraded", because: "it is ill" },
    { states: [true, true], of: [degraded, healthy], health: "Degraded", because: "order is none" },
    {
      states: [true, false],
      of: [degraded, healthy],
      health: "Unknown",
      because: "it lags behind",
    },
  ])("of several the worst counts, because $because", ({ states, of, health }) => {
    const found = of.map((one, index) => ({ application: one, carries: states[index] === true }));
    expect(deliveryOf("d-1", found)?.health).toBe(health);
  });

  test("a word that Argo CD did not have is unknown, and an error is told", () => {
    const strange = application({
      sync: { status: "Sunk" },
      health: { status: "Glorious" },
      conditions: [{ type: "ComparisonError", message: "forge: ImageInvalid: x" }],
    });
    expect(deliveryOf("d-1", [{ application: strange, carries: true }])).toMatchObject({
      sync: "Unknown",
      health: "Unknown",
      message: "forge: ImageInvalid: x",
    });
  });
});

describe("failedInPassing", () => {
  test.each([
    { message: "rpc error: forge: RegistryUnreachable: gone", passes: true },
    {
      message: "error generating manifests in cmp: rpc error: code = Unavailable desc = EOF",
      passes: true,
    },
    { message: "rpc error: forge: ImageInvalid: changed", passes: false },
    { message: "app path does not exist", passes: false },
  ])("$message: $passes", ({ message, passes }) => {
    const failed = application({ conditions: [{ type: "ComparisonError", message }] });
    expect(failedInPassing(failed)).toBe(passes);
  });
});

describe("an Application and its pointer meet", () => {
  const names = { environment: "production", repository: "company/monorepo", project: "auth" };
  const git = {
    url: "https://git.example.com/gitops.git",
    path: "production/apps/company/monorepo/auth/release.yaml",
  };
  const by = (path: string, repoURL: string) =>
    ({ ...application(undefined), spec: { source: { repoURL, path } } }) as Application;
  const meet = (one: Application) =>
    keysOfApplication(one).some((key) =>
      keysOfPointer({ ...names, pointer: "team/production-auth", git }).includes(key),
    );

  test.each([
    {
      one: application(undefined, {
        annotations: {
          "forge.dev/environment": "production",
          "forge.dev/repository": "company/monorepo",
          "forge.dev/project": "auth",
        },
      }),
      does: true,
      because: "its annotations name it",
    },
    {
      one: by("production/apps/company/monorepo/auth", git.url),
      does: true,
      because: "its path is the pointer's folder",
    },
    {
      one: by("./production/apps/company/monorepo/auth/", "https://git.example.com/gitops"),
      does: true,
      because: "these are the same to Argo CD",
    },
    {
      one: by("staging/apps/company/monorepo/auth", git.url),
      does: false,
      because: "it is another environment's",
    },
    {
      one: by("production/apps/company/monorepo/auth", "https://git.example.com/other.git"),
      does: false,
      because: "it is another repository",
    },
    {
      one: application(undefined, { annotations: { "forge.dev/project": "auth" } }),
      does: false,
      because: "one name is not enough",
    },
  ])("$does, because $because", ({ one, does }) => {
    expect(meet(one)).toBe(does);
  });
});
