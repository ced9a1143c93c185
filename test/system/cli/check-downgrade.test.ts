import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { customResourceDefinition, kinds } from "../../../src/api/index.ts";
import { Forge } from "../../ground/index.ts";
import { type OwnCluster, startOwnCluster } from "../ground/own-cluster.ts";
import { present, Workspace } from "../ground/workspace.ts";
import { previousCrds } from "../upgrade/previous-version.ts";

interface Finding {
  readonly check: string;
  readonly ok?: boolean;
  readonly message: string;
  readonly objects?: readonly string[];
}

interface Schema {
  readonly properties: Record<string, Schema>;
  readonly enum?: unknown[];
}

/** On an API server of its own, whose kinds are newer than those of this checkout. */
describe("forge check --downgrade", () => {
  let cluster: OwnCluster;
  let workspace: Workspace;
  let other: Workspace;
  const forge = (kubeconfig = cluster.ground.kubeconfig) =>
    new Forge(kubeconfig, workspace.namespace);
  const downgrade = async (found: Forge): Promise<readonly Finding[]> => {
    const { stdout } = await found.run("check", "--downgrade", "-o", "json");
    const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
    return findings.filter(({ check }) => check === "downgrade");
  };

  beforeAll(async () => {
    cluster = await startOwnCluster();
    workspace = new Workspace("downgrade", cluster.ground);
    other = new Workspace("downgrade-other", cluster.ground);
    await workspace.create();
    await other.create();
    await workspace.apply(workspace.environment("plain"));
  });

  afterAll(() => cluster.stop());

  test("finds nothing while the kinds are those of this version", async () => {
    const findings = await downgrade(forge());
    expect(findings.map(({ ok }) => ok)).toEqual(kinds.map(() => true));
    expect(findings).toContainEqual({
      check: "downgrade",
      ok: true,
      message: expect.stringMatching(/^Environment: 1 checked; version \S+ takes all/),
    });
    expect((await forge().run("check", "--downgrade")).code).toBe(0);
  });

  test("names the objects of all namespaces, and the fields that they would lose", async () => {
    await cluster.kubectl.output(["apply", "-f", "-"], JSON.stringify(newerEnvironments()));
    await servesTier();
    const policy = { promotesFromMatch: "Most" };
    await workspace.apply(tiered(workspace.environment("gold"), "gold"));
    await other.apply(tiered(other.environment("silver"), "silver"));
    await other.apply(other.environment("most", policy));

    const { code, stdout, stderr } = await forge().run("check", "--downgrade");
    expect(code).toBe(2);
    expect(stderr).toContain("2 checks failed");
    expect(stderr).toContain("Going back to the version before");
    const [ours, theirs] = [workspace.namespace, other.namespace];
    expect(stdout).toContain(
      `✗ downgrade: Environment: spec.tier is unknown to the version before, and dropped: ${ours}/gold, ${theirs}/silver\n`,
    );
    expect(stdout).toMatch(
      new RegExp(
        `^✗ downgrade: Environment: spec.promotionPolicy.promotesFromMatch is invalid .*: ${theirs}/most$`,
        "m",
      ),
    );
    expect(stdout).toMatch(/^✓ downgrade: Release: 0 checked; /m);
  });

  test("checks one namespace for those who may list no other", async () => {
    await workspace.bind("alice", "forge-view");
    const findings = await downgrade(forge(cluster.ground.people.alice));
    const named = findings.flatMap(({ objects = [] }) => objects);
    expect(named).toEqual([`${workspace.namespace}/gold`]);
    expect(findings.find(({ message }) => message.startsWith("Release:"))?.message).toContain(
      `in ${workspace.namespace}, and you may list no other namespace`,
    );
  });

  test("is right: the kinds of the version before drop just that", async () => {
    const read = () =>
      cluster.kubectl.get<{ spec: object }>(workspace.namespace, "environment", "gold");
    const before = await read();
    expect(before.spec).toMatchObject({ tier: "gold" });
    await cluster.kubectl.output(["apply", "-f", previousCrds]);
    await expect
      .poll(async () => (await read()).spec, { timeout: 30_000, interval: 250 })
      .not.toHaveProperty("tier");
    const { tier: _, ...rest } = before.spec as { tier?: string };
    expect((await read()).spec).toEqual(rest);
  });

  /** Until then the API server drops the new field from what is written. */
  async function servesTier(): Promise<void> {
    const probe = JSON.stringify(tiered(workspace.environment("probe"), "probe"));
    const args = ["-n", workspace.namespace, "create", "--dry-run=server", "-f", "-"];
    await expect
      .poll(() => cluster.kubectl.output([...args, "-o", "jsonpath={.spec.tier}"], probe), {
        timeout: 30_000,
        interval: 250,
      })
      .toBe("probe");
  }
});

function tiered(environment: object, tier: string): object {
  const { spec, ...rest } = environment as { spec: object };
  return { ...rest, spec: { ...spec, tier } };
}

/** Environments with one field, and one value of a field, that this version does not have. */
function newerEnvironments(): object {
  const kind = present(kinds.find((each) => each.kind === "Environment"));
  const definition = structuredClone(customResourceDefinition(kind)) as {
    spec: { versions: { schema: { openAPIV3Schema: Schema } }[] };
  };
  const { spec } = present(definition.spec.versions[0]).schema.openAPIV3Schema.properties;
  present(spec).properties["tier"] = { type: "string" } as unknown as Schema;
  const { promotionPolicy } = present(spec).properties;
  promotionPolicy?.properties["promotesFromMatch"]?.enum?.push("Most");
  return definition;
}
