import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kinds } from "../../../src/api/index.ts";
import {
  type ControlPlane,
  Kubectl,
  programPath,
  run,
  startControlPlane,
} from "../../ground/index.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** Runs the program, and takes its word for nothing. */
const install = (...flags: string[]) =>
  run(process.execPath, [programPath("forge-controller"), "install-crds", ...flags]);

/** All that is installed, without what changes by itself. */
async function installed(kubectl: Kubectl): Promise<string> {
  const types = [
    "customresourcedefinitions",
    ...["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
    ...["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"],
    "clusterroles",
  ];
  const path = "{.kind}/{.metadata.name} {.metadata.uid} {.metadata.generation}";
  const range = `{range .items[*]}${path}{"\\n"}{end}`;
  const served = await kubectl.output(["api-resources", "-o", "name"]);
  const here = types.filter((type) => served.includes(`${type}.`));
  const listed = await kubectl.output(["get", here.join(","), "-o", `jsonpath=${range}`]);
  return listed
    .split("\n")
    .filter((line) => /forge/.test(line))
    .toSorted()
    .join("\n");
}

describe.each([
  { server: "of today", flags: [], stamps: 8 },
  {
    server: "without mutating policies",
    flags: [
      "--feature-gates=MutatingAdmissionPolicy=false",
      `--runtime-config=${["policies", "policybindings"].map((plural) => `admissionregistration.k8s.io/v1/mutatingadmission${plural}=false`).join(",")}`,
    ],
    stamps: 0,
  },
])("install-crds on an API server $server", ({ flags, stamps }) => {
  const folder = mkdtempSync(join(tmpdir(), "forge-install-"));
  let plane: ControlPlane;
  let kubectl: Kubectl;

  beforeAll(async () => {
    plane = await startControlPlane({ folder, apiServerArgs: flags });
    kubectl = new Kubectl(plane.kubeconfig);
  });

  afterAll(async () => {
    await plane.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("installs what `kubectl apply -f crds/` would, and the kinds are served at once", async () => {
    const done = await install("--kubeconfig", plane.kubeconfig);
    expect(done.stderr).toBe("");
    for (const { plural } of kinds) await kubectl.output(["get", plural]);
    const names = await installed(kubectl);
    expect(names.match(/Mutating/g) ?? []).toHaveLength(stamps);
    expect(done.stdout.includes("names are checked, not stamped")).toBe(stamps === 0);
    await kubectl.run(["apply", "--server-side", "-f", join(root, "crds")]);
    expect(await installed(kubectl)).toBe(names);
  });

  test("changes nothing when it is run again", async () => {
    const before = await installed(kubectl);
    const again = await install("--kubeconfig", plane.kubeconfig);
    expect(again.stderr).toBe("");
    expect(await installed(kubectl)).toBe(before);
  });
});

test("install-crds --help says what it does; a wrong flag is named", async () => {
  expect((await install("--help")).stdout).toContain("Usage: forge-controller install-crds");
  const wrong = await install("--nonsense");
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain("--nonsense");
});
