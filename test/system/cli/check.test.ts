import { fetch } from "undici";
import { beforeAll, describe, expect, test } from "vitest";
import { Forge, freePort } from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";

/** The administrator asks, who may read the Secrets that Environments name. */
describe("forge check", () => {
  const workspace = new Workspace("check");
  const { ground } = workspace;
  const forge = new Forge(ground.kubeconfig, workspace.namespace);
  const head = () => workspace.git("rev-parse", "--all");
  const catalog = async () =>
    (await (await fetch(`http://${ground.registry}/v2/_catalog?n=10000`)).json()) as object;

  beforeAll(async () => {
    await workspace.create();
    await workspace.apply(workspace.environment("staging"));
  });

  test("asks git and the registry whether they would take something, and leaves nothing", async () => {
    const before = [await head(), await catalog()];
    const text = await forge.output("check", "--registry", `${ground.registry}/releases`);
    expect(text).toMatch(
      /^✓ git of staging: \S+ takes pushes with these credentials; whether main/m,
    );
    expect(text).toContain(`✓ registry: ${ground.registry}/releases lets `);
    expect([await head(), await catalog()]).toEqual(before);
  });

  test("says what would not", async () => {
    await workspace.apply(
      {
        ...{ apiVersion: "v1", kind: "Secret", metadata: { name: "wrong" } },
        stringData: { username: "forge", password: "not-the-password" },
      },
      workspace.environment("branchless", {}, { branch: "none" }),
      workspace.environment("secretless", {}, { secretRef: { name: "none" } }),
      workspace.environment("wrong", {}, { secretRef: { name: "wrong" } }),
      workspace.environment("away", {}, { url: `http://127.0.0.1:${await freePort()}/a.git` }),
    );
    const gone = `127.0.0.1:${await freePort()}/releases`;
    const { code, stdout, stderr } = await forge.run("check", "--registry", gone);
    expect(code).not.toBe(0);
    expect(stderr).toContain("5 checks failed");
    expect(stdout).toMatch(/^✗ git of branchless: \S+ has no branch none$/m);
    expect(stdout).toMatch(/^✗ git of secretless: .*none does not exist/m);
    expect(stdout).toMatch(/^✗ git of wrong: .*401/m);
    expect(stdout).toMatch(/^✗ git of away: /m);
    expect(stdout).toMatch(/^✗ registry: /m);
    expect(stdout + stderr).not.toContain("not-the-password");
  });
});
