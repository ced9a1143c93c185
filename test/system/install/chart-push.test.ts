import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { parse } from "yaml";
import { version } from "../../../cmd/version.ts";
import { kinds } from "../../../src/api/index.ts";
import { requireTool } from "../../../tools/locate.ts";
import { output } from "../../ground/index.ts";
import { chart, merged, required, valuesFile } from "./chart.ts";

/** The steps of docs/install.md, over plain HTTP and in another place. */
describe("the chart, pushed as an OCI artifact", () => {
  const ground = inject("ground");
  const folder = mkdtempSync(join(tmpdir(), "forge-chart-push-"));
  const place = `oci://${ground.registry}/charts`;
  let shown: Record<string, unknown>;

  const helm = (...args: readonly string[]): Promise<string> =>
    output(requireTool("helm"), args, {
      cwd: folder,
      env: { HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder },
    });

  beforeAll(async () => {
    await helm("package", chart);
    await helm("push", `forge-${version}.tgz`, place, "--plain-http");
    shown = parse(await helm("show", "chart", `${place}/forge`, "--plain-http")) as typeof shown;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("is the chart of this version, with what Artifact Hub shows of it", () => {
    expect(shown).toMatchObject({ name: "forge", version, kubeVersion: ">=1.30.0-0" });
    const { "artifacthub.io/crds": listed } = shown["annotations"] as Record<string, string>;
    const named = parse(listed ?? "") as { kind: string; name: string; version: string }[];
    expect(
      named.map(({ kind, name, version }) => ({ kind, name, version })).toSorted(byKind),
    ).toEqual(
      kinds
        .map(({ kind, plural, group, version }) => ({ kind, name: `${plural}.${group}`, version }))
        .toSorted(byKind),
    );
  });

  test("is installed from there", async () => {
    // The kinds are there, and not Helm's.
    const others = {
      crds: { install: false },
      admission: { install: false },
      rbac: { roles: false },
    };
    const said = await helm(
      ...["install", "forge", `${place}/forge`, `--version=${version}`, "--plain-http"],
      ...["--dry-run=server", "--namespace=default", `--kubeconfig=${ground.kubeconfig}`],
      `--values=${valuesFile(merged(required, others))}`,
    );
    expect(said).toContain("STATUS: pending-install");
    expect(said).toContain("name: forge-controller");
  });
});

function byKind(a: { kind: string }, b: { kind: string }): number {
  return a.kind < b.kind ? -1 : 1;
}
