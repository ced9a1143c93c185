import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Controller, run, type Server, tokenOf } from "../../ground/index.ts";
import { startServerFor } from "../ground/api-client.ts";
import { Journey } from "../ground/journey.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const guide = readFileSync(join(root, "docs", "api.md"), "utf8");
const commands = [...guide.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
  block.trim().split("\n"),
);

describe("docs/api.md", () => {
  const journey = new Journey("api-guide");
  const folder = join(journey.ground.folder, journey.namespace);
  const commit = "a1".padEnd(40, "0");
  let controller: Controller;
  let server: Server;

  beforeAll(async () => {
    await journey.create();
    const roles = ["view", "edit", "deployer", "approver", "releaser"];
    await journey.bind("alice", ...roles.map((role) => `forge-${role}`));
    await journey.apply(journey.environment("staging"), journey.project("auth"));
    controller = await journey.controller();
    mkdirSync(folder, { recursive: true });
    const ledger = join(folder, "ledger.db");
    server = await startServerFor(journey, { args: [`--ledger=${ledger}`] });
    const manifests = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n";
    const release = {
      ...{ repository: journey.repository, project: "auth", commit },
      trigger: { type: "BranchPush", branch: "main" },
      source: { manifests },
    };
    writeFileSync(join(folder, "release.json"), JSON.stringify(release));
  });

  afterAll(async () => {
    await server.process.stop();
    await controller.process.stop();
  });

  function type(command: string) {
    const here = command
      .replaceAll("company%2Fmonorepo", encodeURIComponent(journey.repository))
      .replaceAll("company/monorepo", journey.repository)
      .replaceAll("auth-service", "auth");
    return run("bash", ["--norc", "-euo", "pipefail", "-c", here], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"] ?? "",
        FORGE: server.url,
        TOKEN: tokenOf(journey.ground.people.alice),
        COMMIT: commit,
      },
    });
  }

  test("has commands of every kind", () => {
    const paths = new Set(commands.map((command) => /\/v1\/(\w+)/.exec(command)?.[1]));
    expect(paths.size).toBeGreaterThan(7);
  });

  test.each(commands)("%s", async (command) => {
    // The page goes on once the release is packaged, and once its deployment has begun.
    const attempt = () => type(command);
    await expect
      .poll(async () => ({ ...(await attempt()), stdout: "" }), { timeout: 30_000, interval: 500 })
      .toEqual({ code: 0, stdout: "", stderr: "" });
  });
});
