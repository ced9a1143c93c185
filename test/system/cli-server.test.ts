import { existsSync, mkdtempSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Controller, Forge, type Server, tokenOf } from "../ground/index.ts";
import { startServerFor } from "./api-client.ts";
import type { Person } from "./global-setup.ts";
import { Journey } from "./journey.ts";
import type { ForgeObject } from "./workspace.ts";

interface List {
  readonly items: readonly ForgeObject[];
}

/** alice deploys; carol reads. */
describe("what the forge command does with forge-server alone", () => {
  const journey = new Journey("cli-ledger");
  const direct = new Forge(journey.ground.people.carol, journey.namespace);
  let alice: Forge;
  let carol: Forge;
  let controller: Controller;
  let server: Server;

  beforeAll(async () => {
    await journey.create();
    await journey.bind("alice", "forge-view", "forge-deployer");
    await journey.bind("carol", "forge-view");
    await journey.apply(journey.environment("staging"));
    controller = await journey.controller();
    const ledger = join(journey.ground.folder, `${journey.namespace}.db`);
    server = await startServerFor(journey, { args: [`--ledger=${ledger}`] });
    const forge = (person: Person) => {
      const token = tokenOf(journey.ground.people[person]);
      return Forge.through(server.url, { token, namespace: journey.namespace });
    };
    alice = forge("alice");
    carol = forge("carol");
    await journey.released();
    await alice.output("deploy", "staging", "auth", "1", "--wait");
  });

  afterAll(async () => {
    await server.process.stop();
    await controller.process.stop();
  });

  test("audit needs a server, and says so", async () => {
    const result = await direct.run("audit", "list");
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("forge login <url>");
  });

  test("audit tells who did what, and that the chain is whole", async () => {
    await expect
      .poll(() => alice.output("audit", "list", "--kind", "Deployment"), { timeout: 60_000 })
      .toMatch(/Deployment \w+ +alice +staging +auth/);
    const { items } = await carol.json<List>("audit", "list", "--environment", "staging");
    expect(items.length).toBeGreaterThan(0);
    const refused = await carol.run("audit", "verify");
    expect(refused.code).toBe(4);
    const admin = Forge.through(server.url, {
      token: tokenOf(journey.ground.kubeconfig),
    });
    const verified = await admin.output("audit", "verify");
    const [, head = ""] = /up to (\d+:[0-9a-f]{64})\n$/.exec(verified) ?? [];
    expect(await admin.output("audit", "verify", "--anchor", head)).toContain("fit together");
    const wrong = await admin.run("audit", "verify", "--anchor", `1:${"0".repeat(64)}`);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain("LedgerDamaged");
  });

  test("login keeps a token that the server takes, for its owner alone", async () => {
    const home = mkdtempSync(join(journey.ground.folder, "login-"));
    const url = server.url;
    const env = { XDG_CONFIG_HOME: home };
    const plain = new Forge(undefined, undefined, env);
    const token = tokenOf(journey.ground.people.carol);
    const refused = await plain.withInput("nonsense\n").run("login", url);
    expect(refused.code).toBe(4);
    const { stdout, stderr } = await plain
      .withInput(`${token}\n`)
      .run("login", url, "-n", journey.namespace);
    expect(stderr).toContain("You are carol");
    expect(stdout + stderr).not.toContain(token);
    expect(statSync(join(home, "forge", "login.json")).mode & 0o777).toBe(0o600);
    expect(await plain.output("env", "list", "-o", "name")).toContain("staging");
    await plain.output("logout");
    expect(existsSync(join(home, "forge", "login.json"))).toBe(false);
    const open = await plain.withInput(token).run("login", "http://forge.example.com");
    expect(open).toMatchObject({ code: 2 });
    expect(open.stderr).toContain("Use https");
  });
});
