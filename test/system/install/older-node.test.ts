import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isBefore } from "../../../cmd/launch.ts";
import { version } from "../../../cmd/version.ts";
import { bundleProgram } from "../../../hack/bundle-program.ts";
import { Forge, output, run } from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";

/** The Node of this checkout, and the machine's own, which may be an older one. */
const machines = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((folder) => !folder.includes("node_modules"))
  .map((folder) => join(folder, "node"))
  .find(existsSync);
const nodes = [process.execPath, ...(machines === undefined ? [] : [machines])];
const programs = ["forge-controller", "forge-server", "forge-argocd-plugin"] as const;
const dist = mkdtempSync(join(tmpdir(), "forge-older-node-"));
const program = (name: string) => join(dist, `${name}.js`);

beforeAll(async () => {
  writeFileSync(join(dist, "package.json"), '{"type":"module"}\n');
  for (const name of ["forge", ...programs]) await bundleProgram(name, dist);
});
afterAll(() => rmSync(dist, { recursive: true, force: true }));

describe.each(nodes)("the programs, on %s", (node) => {
  const workspace = new Workspace("older-node");
  let nodeVersion: string;

  beforeAll(async () => {
    nodeVersion = await output(node, ["-p", "process.versions.node"]);
    await workspace.create();
  });

  test.each(["--version", "-v", "version"])("forge %s prints the version", async (flag) => {
    const result = await run(node, [program("forge"), flag]);
    expect(result).toEqual({ code: 0, stdout: `forge ${version}\n`, stderr: "" });
  });

  test("forge lists what the cluster has", async () => {
    const forge = new Forge(workspace.ground.kubeconfig, workspace.namespace, {}, [
      node,
      program("forge"),
    ]);
    await workspace.apply(workspace.environment("staging"));
    const result = await forge.run("env", "list", "-o", "name");
    expect(result).toMatchObject({ code: 0, stdout: "environment.forge.dev/staging\n" });
  });

  test("every part of the command can be loaded", async () => {
    const parts = readdirSync(join(dist, "forge")).filter((name) => name !== "run.js");
    const script = [
      // Before the others, as the launcher does.
      'await import("./forge/older-node.js");',
      ...parts.map((name) => `await import("./forge/${name}");`),
    ];
    const file = join(dist, "load-all.js");
    writeFileSync(file, script.join("\n"));
    expect(parts.length).toBeGreaterThan(30);
    expect(await run(node, [file])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test.each(programs)("%s starts, or says in one line which Node it needs", async (name) => {
    const refused = isBefore(nodeVersion, "24");
    const line = /^\S+ needs Node 24 or later, and this is Node \S+: get .+\n$/;
    const { code, stdout, stderr } = await run(node, [program(name), "--help"]);
    expect(code).toBe(refused ? 1 : 0);
    expect(stderr).toMatch(refused ? line : /^$/);
    expect(stdout).toMatch(refused ? /^$/ : new RegExp(`^Usage: ${name}`, "m"));
  });
});
