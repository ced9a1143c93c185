import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Condition, deploymentOutcomes } from "../../../src/api/index.ts";
import {
  type Controller,
  git,
  installKinds,
  startController,
  waitForPolicies,
} from "../../ground/index.ts";
import { type OwnCluster, startOwnCluster } from "../ground/own-cluster.ts";
import { type ForgeObject, present } from "../ground/workspace.ts";
import {
  installPrevious,
  leaveBehind,
  previousCrds,
  previousNamespace,
  type StoredObject,
} from "./previous-version.ts";

/** What is decided from: with any of it gone, something would be done a second time, or undone. */
const decisive: Readonly<Record<string, readonly string[]>> = {
  Project: ["lastRelease"],
  Release: [
    ...["number", "aliases", "triggers", "joined", "conflictsWith", "replacedBy", "image"],
    ...["commitTime", "resources", "unexplainedImages", "warnings", "retry"],
  ],
  // Without delivery: a controller that watches no agent removes their last report.
  ReleasePointer: ["resolved", "deployment", "git", "deployed", "previous"],
  ReleaseDeployment: ["outcome", "git", "committedAt", "endedAt"],
};

const conditionsOf = (status: StoredObject["status"]) =>
  (status?.["conditions"] ?? []) as readonly Condition[];

describe("a cluster of the version before", () => {
  let cluster: OwnCluster;
  let left: StoredObject[];
  let controller: Controller | undefined;

  const gitOps = () => join(cluster.ground.gitRoot, `${previousNamespace}.git`);
  const head = () => git(gitOps(), "rev-parse", "main");
  const types = ["projects", "environments", "releases", "releasepointers", "releaseapprovals"]
    .concat("releasedeployments")
    .join(",");
  /** Those that were left behind, as they are now. */
  const now = async (): Promise<StoredObject[]> => {
    const args = ["get", types, "--all-namespaces", "-o", "json"];
    const { items } = JSON.parse(await cluster.kubectl.output(args)) as { items: StoredObject[] };
    return left.map(({ metadata: { uid } }) =>
      present(items.find((item) => item.metadata.uid === uid)),
    );
  };
  const start = () =>
    startController({
      kubeconfig: cluster.ground.controllerKubeconfig,
      registry: `${cluster.ground.registry}/releases`,
      logFile: join(cluster.ground.folder, "upgraded-controller.log"),
      // As the chart leaves it: what Projects used before goes on.
      env: { FORGE_ALLOWED_PREFIXES: "" },
    });
  const stop = async () => {
    await controller?.process.stop();
    controller = undefined;
  };
  /** Every object is written once, so that its schema and every policy judge it as it is. */
  const touchAll = async (value: string) => {
    const args = ["annotate", types, "--all", "--all-namespaces", `test=${value}`, "--overwrite"];
    await cluster.kubectl.output(args);
  };
  const decided = ({ kind, status }: StoredObject) =>
    Object.fromEntries((decisive[kind] ?? []).map((field) => [field, status?.[field]]));
  /** Without messages: they name the latest release, and errors of the network. */
  const reported = ({ kind, metadata: { name }, status }: StoredObject) => [
    `${kind} ${name}`,
    ...conditionsOf(status)
      // The version before knew none of them.
      .filter(({ type }) => !["PoliciesEnforced", "RegistryAllowed"].includes(type))
      .map(({ type, status: value, reason }) => `${type} ${value} ${reason}`)
      .toSorted(),
  ];
  /** Releases that joined another one were not verified by the version before. */
  const verifiedSince: Readonly<Record<string, readonly string[]>> = {
    "Release second-tagged": ["Ready True Joined", "SourceVerified Unknown NotChecked"],
    "Release unreachable-tagged": ["Ready False GitUnreachable", "Reconciling True GitUnreachable"],
  };
  const withOwnClaim = ([name = "", ...conditions]: readonly string[]) => [
    name,
    ...(verifiedSince[name] ?? conditions),
  ];
  /** Without the counter, which goes on. */
  const others = (objects: readonly StoredObject[]) =>
    objects.filter(({ kind }) => kind !== "Project").map(decided);
  /** A new release: when it is done, what was there before has been looked at. */
  const released = async (name: string, digit: string) => {
    await cluster.kubectl.apply(previousNamespace, {
      ...{ apiVersion: "forge.dev/v1alpha1", kind: "Release", metadata: { name } },
      spec: {
        ...{ repository: "company/previous", project: "auth", commit: digit.repeat(40) },
        trigger: { type: "BranchPush", branch: "main" },
        source: { manifests: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n" },
      },
    });
    const wait = ["wait", "--for=condition=Ready", `release/${name}`, "--timeout=30s"];
    await cluster.kubectl.output(["-n", previousNamespace, ...wait]);
  };
  const pointerIn = (environment: string): StoredObject =>
    present(
      left.find(
        ({ kind, spec }) => kind === "ReleasePointer" && spec["environment"] === environment,
      ),
    );
  const pointerNow = (environment: string) =>
    cluster.kubectl.get<ForgeObject>(
      previousNamespace,
      "releasepointer",
      pointerIn(environment).metadata.name,
    );
  const patch = (environment: string, spec: object) => {
    const { name } = pointerIn(environment).metadata;
    const args = ["releasepointer", name, "--type=merge", "-p", JSON.stringify({ spec })];
    return cluster.kubectl.output(["-n", previousNamespace, "patch", ...args]);
  };
  const nextNumber = () =>
    Math.max(
      ...left
        .filter(({ spec }) => spec["project"] === "auth")
        .map(({ status }) => Number(status?.["number"] ?? 0)),
    ) + 1;
  const deployed = (environment: string, number: number) =>
    vi.waitFor(
      async () => {
        const { status } = await pointerNow(environment);
        expect(status).toMatchObject({ deployed: { number } });
        return status;
      },
      { timeout: 30_000, interval: 100 },
    );

  beforeAll(async () => {
    cluster = await startOwnCluster(installPrevious);
    left = await leaveBehind(cluster);
  });

  afterAll(async () => {
    await stop();
    await cluster.stop();
  });

  test("has one object of each fate", () => {
    const outcomes = left.map(({ status }) => status?.["outcome"]).filter((one) => one);
    expect(new Set(outcomes)).toEqual(new Set(deploymentOutcomes));
    const joined = left.filter(({ status }) => status?.["joined"]);
    expect(joined.map(({ metadata }) => metadata.name)).toEqual([
      "second-tagged",
      "unreachable-tagged",
    ]);
  });

  test("keeps every object, whole, when the kinds are upgraded", async () => {
    await installKinds(cluster.kubectl);
    await waitForPolicies(cluster.kubectl);
    await touchAll("upgraded");
    expect(await now()).toMatchObject(
      left.map(({ kind, spec, status }) => ({ kind, spec, ...(status && { status }) })),
    );
  });

  test("is taken over by the controller, which does nothing a second time", async () => {
    const before = await head();
    controller = await start();
    await released("next", "f");
    const number = await cluster.kubectl.field(
      previousNamespace,
      "release",
      "next",
      ".status.number",
    );
    expect(number).toBe(String(nextNumber()));
    expect(others(await now())).toEqual(others(left));
    await vi.waitFor(
      async () => expect((await now()).map(reported)).toEqual(left.map(reported).map(withOwnClaim)),
      { timeout: 10_000, interval: 200 },
    );
    expect(await head()).toBe(before);
    const approvals = (await now()).filter(
      ({ kind, spec }) =>
        kind === "ReleaseApproval" && spec["decision"] === "Approve" && !spec["revoked"],
    );
    expect(approvals).not.toEqual([]);
    for (const { status } of approvals) {
      expect(status).toMatchObject({ policy: { rules: { promotionPolicy: expect.anything() } } });
    }
    await deployed("dev", 2);
    const dev = await pointerNow("dev");
    expect(dev.status.conditions).toContainEqual(
      expect.objectContaining({ type: "Ready", status: "True" }),
    );
  });

  test("goes on where it was: approvals count, deployments are numbered on", async () => {
    const ask = (environment: string, release: string) =>
      patch(environment, { release, request: { type: "Deploy", by: "admin" } });
    // The newest, so that automation has nothing to do behind it.
    await ask("dev", String(nextNumber()));
    const { deployment } = await deployed("dev", nextNumber());
    const before = present(
      (pointerIn("dev").status as unknown as ForgeObject["status"]).deployment,
    );
    expect(deployment?.sequence).toBe(before.sequence + 1);
    // The approval of before was of release 2.
    await ask("production", "2");
    await deployed("production", 2);
  });

  test("downgraded and upgraded again, nothing that is decided from is lost", async () => {
    await stop();
    // What is released to see that the controller is at work is not to be deployed.
    await patch("dev", { hold: { by: "admin", reason: "Looking" } });
    left = await now();
    const before = await head();
    await cluster.kubectl.output(["apply", "-f", previousCrds]);
    await touchAll("downgraded");
    expect((await now()).map(decided)).toEqual(left.map(decided));

    await installKinds(cluster.kubectl);
    await touchAll("upgraded again");
    controller = await start();
    await released("last", "e");
    expect(others(await now())).toEqual(others(left));
    expect((await now()).map(reported)).toEqual(left.map(reported));
    expect(await head()).toBe(before);
  });
});
