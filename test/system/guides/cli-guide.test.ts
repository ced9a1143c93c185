import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Controller,
  Kubectl,
  programPath,
  run,
  type Server,
  tokenOf,
} from "../../ground/index.ts";
import { startServerFor } from "../ground/api-client.ts";
import type { Person } from "../ground/ground-addresses.ts";
import { Journey } from "../ground/journey.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const guide = readFileSync(join(root, "docs", "cli.md"), "utf8");
const commands = [...guide.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
  block.trim().split("\n"),
);

/** Who types it; alice, unless it is named here. */
const typists: readonly (readonly [start: string, person: Person])[] = [
  ["forge release create", "dave"],
  ["forge approve", "bob"],
  ["forge reject", "bob"],
  ["forge revoke", "bob"],
  ["forge lock staging --", "carol"],
  ["forge unlock staging", "carol"],
];

/** What does not end with 0. */
const endings: Readonly<Record<string, number>> = { "forge promote production auth-service": 8 };

describe("docs/cli.md", () => {
  const journey = new Journey("cli-guide");
  const folder = join(journey.ground.folder, journey.namespace);
  let controller: Controller;
  let server: Server;

  beforeAll(async () => {
    await journey.create();
    await journey.bind("alice", "forge-view", "forge-deployer");
    await journey.bind("bob", "forge-view", "forge-approver");
    await journey.bind("carol", "forge-view", "forge-deployer", "forge-admin");
    await journey.bind("dave", "forge-releaser");
    const production = { requiresApproval: true, promotesFrom: [{ environment: "staging" }] };
    await journey.apply(
      journey.environment("staging"),
      journey.environment("production", production),
    );
    controller = await journey.controller();
    mkdirSync(folder, { recursive: true });
    server = await startServerFor(journey, { args: [`--ledger=${join(folder, "ledger.db")}`] });
    writeFileSync(join(folder, "token"), `${tokenOf(journey.ground.people.alice)}\n`);
    writeFileSync(
      join(folder, "manifests.yaml"),
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n",
    );
    const program = `#!/bin/sh\nexec "${process.execPath}" "${programPath("forge")}" "$@"\n`;
    writeFileSync(join(folder, "forge"), program);
    chmodSync(join(folder, "forge"), 0o755);
    for (const person of ["alice", "bob", "carol", "dave"] as const) {
      const kubeconfig = join(folder, person);
      copyFileSync(journey.ground.people[person], kubeconfig);
      const args = ["config", "set-context", "--current", `--namespace=${journey.namespace}`];
      await new Kubectl(kubeconfig).output(args);
    }
  });

  afterAll(async () => {
    await server.process.stop();
    await controller.process.stop();
  });

  function type(command: string) {
    const person = typists.find(([start]) => command.startsWith(start))?.[1] ?? "alice";
    const here = command
      .replaceAll("https://forge.example.com", server.url)
      .replaceAll("team-a", journey.namespace)
      .replaceAll("registry.example.com", journey.ground.registry)
      .replaceAll("company/monorepo", journey.repository)
      .replaceAll("auth-service", "auth");
    return run("bash", ["--norc", "-euo", "pipefail", "-c", here], {
      cwd: folder,
      env: {
        PATH: `${folder}:${process.env["PATH"]}`,
        KUBECONFIG: join(folder, person),
        XDG_CONFIG_HOME: join(folder, "config"),
        COMMIT: "a1".padEnd(40, "0"),
      },
    });
  }

  test("has commands of every kind", () => {
    const verbs = new Set(commands.map((command) => command.split(" ")[1]));
    expect(verbs.size).toBeGreaterThan(20);
  });

  test.each(commands)("%s", async (command) => {
    // The page goes on to a second release, which another pipeline made.
    if (command.startsWith("forge deploy staging auth-service 2")) await journey.released();
    const result = await type(command);
    expect({ code: result.code, stderr: result.stderr }).toEqual({
      code: endings[command] ?? 0,
      stderr: result.stderr,
    });
  });
});
