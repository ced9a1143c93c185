import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireTool } from "../../../tools/locate.ts";
import { type Controller, output } from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";

const guide = readFileSync(
  join(import.meta.dirname, "..", "..", "..", "docs", "rollback.md"),
  "utf8",
);
const commands = [...guide.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
  block.trim().split("\n"),
);
const project = "auth-service";

describe("docs/rollback.md", () => {
  const workspace = new Workspace("rollback-guide");
  const kubeconfig = join(workspace.ground.folder, `${workspace.namespace}.kubeconfig`);
  let controller: Controller;

  const deployed = (number: string) =>
    workspace.waitForField(
      ...(["releasepointer", "dev-auth-service", ".status.deployed.number", number] as const),
    );

  beforeAll(async () => {
    await workspace.create();
    writeFileSync(kubeconfig, readFileSync(workspace.ground.kubeconfig), { mode: 0o600 });
    const context = ["set-context", "--current", `--namespace=${workspace.namespace}`];
    await output(requireTool("kubectl"), ["--kubeconfig", kubeconfig, "config", ...context]);
    controller = await workspace.controller();
    const pointer = workspace.pointer("dev", "1", { project });
    await workspace.apply(
      workspace.environment("dev", { autoDeploy: true }),
      workspace.release("first", "a1", { project }),
      { ...pointer, metadata: { name: "dev-auth-service" } },
    );
    await deployed("1");
    await workspace.apply(workspace.release("second", "b2", { project }));
    await deployed("2");
  });

  afterAll(() => controller.process.stop());

  test("its commands do what it says", async () => {
    const said: string[] = [];
    for (const command of commands) {
      said.push(
        await output("bash", ["--norc", "-euo", "pipefail", "-c", command], {
          env: {
            PATH: `${dirname(requireTool("kubectl"))}:${process.env["PATH"]}`,
            KUBECONFIG: kubeconfig,
          },
        }),
      );
    }
    expect(said[0]).toMatch(/dev-auth-service +dev +auth-service +2 +2 +True/);
    expect(said[1]).toMatch(/1 +Deploy[^]*2 +Deploy/);
    expect(said[2]).toBe("1");
    expect(said.find((text) => text.startsWith("Rolled back"))).toBe(
      "Rolled back by admin: Logins fail",
    );
    const records = await workspace.kubectl.output([
      ...["-n", workspace.namespace, "get", "releasedeployments", "-o"],
      "jsonpath={.items[*].spec.request.type}",
    ]);
    expect(records).toBe("Deploy Deploy Rollback Deploy");
  });
});
