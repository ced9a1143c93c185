import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Controller, Forge, type Server, tokenOf } from "../../ground/index.ts";
import { startServerFor } from "../ground/api-client.ts";
import type { Person } from "../ground/ground-addresses.ts";
import { Journey } from "../ground/journey.ts";
import type { ForgeObject } from "../ground/workspace.ts";

interface Exported {
  readonly sequence: number;
  readonly previous: string;
  readonly hash: string;
}

/** JSON with the keys of every object sorted, and no white space. */
function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${sortedJson(inner)}`);
  return `{${members.join(",")}}`;
}

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

  test("check --downgrade needs the cluster, and says so", async () => {
    const result = await carol.run("check", "--downgrade");
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("add --kube");
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

  test("an export is what the hashes were made of: anybody verifies it, and goes on where it ended", async () => {
    const admin = Forge.through(server.url, { token: tokenOf(journey.ground.kubeconfig) });
    const entriesOf = async (...args: readonly string[]) => {
      const text = await admin.output("audit", "export", ...args);
      return text
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Exported);
    };
    const entries = await entriesOf("-A");
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
    let previous = "0".repeat(64);
    for (const { hash, ...entry } of entries) {
      expect(entry.previous).toBe(previous);
      // As docs/ledger.md says it, and by no code of forge's.
      expect(createHash("sha256").update(sortedJson(entry)).digest("hex")).toBe(hash);
      previous = hash;
    }
    const rest = await entriesOf("-A", "--after", "3");
    // Other tenants write meanwhile: later entries may have come.
    expect(rest.slice(0, entries.length - 3)).toEqual(entries.slice(3));
    const own = await carol.output("audit", "export", "--kind", "Deployment");
    expect(own).toMatch(/"kind":"Deployment"/);
    expect(own).not.toMatch(/"kind":"Release"/);
    // Of the tenants that she may read, and so not all of it.
    const hers = await carol.run("audit", "export", "-A");
    expect(hers.code).toBe(0);
    expect(hers.stdout).not.toContain('"namespace":""');
  });

  test("an export that breaks off says where to go on", async () => {
    const lines = [1, 2].map((sequence) => `${JSON.stringify({ sequence })}\n`);
    const torn = createServer((_, response) => {
      response.writeHead(200, { "content-type": "application/jsonl" });
      response.write(lines.join("") + '{"sequ');
      setTimeout(() => response.destroy(), 50);
    });
    await new Promise<void>((resolve) => torn.listen(0, "127.0.0.1", resolve));
    const asked: (string | undefined)[] = [];
    torn.on("request", (request) => asked.push(request.url));
    const { port } = torn.address() as AddressInfo;
    const through = Forge.through(`http://127.0.0.1:${port}`, { token: "any" });
    // It has answered twice, when the third attempt finds nobody.
    torn.on("request", () => asked.length === 2 && torn.close());
    const result = await through.run("audit", "export", "--after", "0");
    torn.closeAllConnections();
    expect(result.code).toBe(1);
    expect(result.stdout).toBe(lines.join("") + lines.join(""));
    expect(asked.map((url) => new URL(url ?? "", "http://x").searchParams.get("after"))).toEqual([
      "0",
      "2",
    ]);
    expect(result.stderr).toContain("Go on with: forge audit export --after 2");
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
