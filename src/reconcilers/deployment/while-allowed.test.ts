import { describe, expect, test } from "vitest";
import { KubeError } from "../../../controller/kube/index.ts";
import { ManualClock } from "../../../controller/kube/testing/index.ts";
import type { Release, ReleasePointer } from "../../api/index.ts";
import type { PolicyState } from "../admission/policies-in-force.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { whileAllowed } from "./while-allowed.ts";

const { signal } = new AbortController();
const pointer = {
  metadata: { namespace: "ns", name: "dev-auth", uid: "1" },
  spec: { environment: "dev", repository: "r", project: "auth", release: "1" },
} as unknown as ReleasePointer;
const withSpec = (spec: object) => ({ ...pointer, spec: { ...pointer.spec, ...spec } });
const release = { metadata: {}, spec: {} } as unknown as Release;

/** A cluster without Environments: no rule refuses here, and stop signs alone do. */
function world(live: object | undefined, policies: PolicyState["status"] = "True") {
  const clock = new ManualClock();
  const cached: { pointer: object | undefined } = { pointer };
  const deps = {
    clock,
    client: {
      get: async () => {
        if (live === undefined) throw new KubeError("NotFound", "it is gone", { status: 404 });
        return live;
      },
    },
    caches: {
      environments: { get: () => undefined },
      pointers: { get: () => cached.pointer },
    },
    policies: () => ({ status: policies, message: "deploy.forge.dev is not installed" }),
    settings: { requirePolicies: true },
  } as unknown as ReconcilerDeps;
  let pushes = 0;
  const deploy = (push: (aborted: AbortSignal) => Promise<void>) =>
    whileAllowed(deps, pointer, release, signal, async (aborted) => {
      pushes += 1;
      await push(aborted);
    });
  return { clock, cached, deploy, pushes: () => pushes };
}

const untilAborted = (aborted: AbortSignal) =>
  new Promise<void>((_, reject) =>
    aborted.addEventListener("abort", () => reject(aborted.reason), { once: true }),
  );

describe("a deployment that is about to be pushed", () => {
  test("is pushed where nothing stops it", async () => {
    const { deploy, pushes } = world(pointer);
    await deploy(async () => undefined);
    expect(pushes()).toBe(1);
  });

  test.each([
    {
      because: "it was suspended a moment ago",
      live: withSpec({ suspend: true }),
      says: "suspend",
    },
    { because: "the pointer was deleted", live: undefined, says: "deleted" },
    {
      because: "the pointer was made again",
      live: { ...pointer, metadata: { ...pointer.metadata, uid: "2" } },
      says: "deleted",
    },
    {
      because: "the pointer is being deleted",
      live: { ...pointer, metadata: { ...pointer.metadata, deletionTimestamp: "now" } },
      says: "deleted",
    },
    {
      because: "the policies that it requires are gone",
      live: pointer,
      policies: "False" as const,
      says: "not installed",
    },
    {
      because: "nobody knows of the policies that it requires",
      live: pointer,
      policies: "Unknown" as const,
      says: "not installed",
    },
  ])("is not pushed, since $because", async ({ live, policies, says }) => {
    const { deploy, pushes } = world(live, policies);
    await expect(deploy(async () => undefined)).rejects.toMatchObject({
      code: "DeploymentOutdated",
      message: expect.stringContaining(says),
    });
    expect(pushes()).toBe(0);
  });

  test("is aborted when it is suspended while the push waits", async () => {
    const { clock, cached, deploy } = world(pointer);
    const pushing = Promise.withResolvers<void>();
    const deployed = deploy((aborted) => {
      pushing.resolve();
      return untilAborted(aborted);
    });
    await pushing.promise;
    cached.pointer = withSpec({ suspend: true });
    clock.advance(1_000);
    await expect(deployed).rejects.toMatchObject({ code: "DeploymentOutdated" });
  });
});
