import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { makeCertificate } from "./kube/testing/certificate.ts";
import { refuse, type TlsIdentity } from "./kube/testing/index.ts";
import { ReconciledWidgets } from "./testing/reconciled-widgets.ts";

/** One a second, as in faults.test.ts. */
const requestsAMinute = 60;

let folder: string;
let first: TlsIdentity;
let second: TlsIdentity;
let world: ReconciledWidgets;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "forge-credentials-"));
  first = makeCertificate(folder, "first");
  second = makeCertificate(folder, "second");
});

afterAll(() => rmSync(folder, { recursive: true }));

afterEach(() => world.end());

const file = (name: string) => join(folder, name);

async function startOverTls(user: object): Promise<void> {
  world = new ReconciledWidgets(first);
  const server = await world.server.start();
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "double", server, skipTLSVerify: false, caFile: file("ca.crt") },
    { name: "tester", ...user },
  );
  world.put("changed", 1);
  world.start({ config });
  await world.converge();
  await world.pass(15_000);
}

describe("certificates", () => {
  test("a certificate rotated under an authority that is known is not noticed", async () => {
    writeFileSync(file("ca.crt"), first.cert + second.cert);
    await startOverTls({});
    world.server.rotate(second);
    world.server.resetAll();
    world.put("changed", 2);
    await world.converge();
    expect(world.deliveries).toEqual(["changed:1", "changed:2"]);
    expect(world.informer.stats).toMatchObject({ lists: 1, missed: 0 });
  });

  test("a certificate of an authority that is not known is refused until the file names it", async () => {
    writeFileSync(file("ca.crt"), first.cert);
    await startOverTls({});
    world.server.rotate(second);
    world.server.resetAll();
    world.put("changed", 2);
    const before = world.server.requests.length;
    await world.pass(60_000);
    expect(world.server.requests).toHaveLength(before);
    const refusals = world.lines.filter(({ message }) => message === "watch failed");
    expect(refusals.length).toBeLessThanOrEqual(requestsAMinute);
    writeFileSync(file("ca.crt"), second.cert);
    await world.converge();
    expect(world.deliveries).toEqual(["changed:1", "changed:2"]);
  });
});

describe("a token that expired", () => {
  const token = () => file("token");
  const program = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "sh",
    args: ["-c", `printf '{"status":{"token":"%s"}}' "$(cat "$0")"`, ""],
  };

  const users = [
    {
      because: "is read again from its file at once, not after the minute it is kept for",
      user: () => ({ authProvider: { name: "tokenFile", config: { tokenFile: token() } } }),
    },
    {
      because: "is asked of its program again, though that said nothing of an end",
      user: () => ({ exec: { ...program, args: [...program.args.slice(0, 2), token()] } }),
    },
  ];

  test.each(users)("$because", async ({ user }) => {
    writeFileSync(file("ca.crt"), first.cert);
    writeFileSync(token(), "old");
    let valid = "old";
    await startOverTls(user());
    const refused: string[] = [];
    world.server.always(
      ({ headers }) => headers.authorization !== `Bearer ${valid}`,
      (response, request) => {
        refused.push(request.path);
        refuse(401, "Unauthorized")(response, request);
      },
    );
    valid = "new";
    world.server.resetAll();
    world.put("changed", 2);
    await world.pass(60_000);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(requestsAMinute);
    expect(world.deliveries).toEqual(["changed:1"]);

    writeFileSync(token(), "new");
    await world.converge();
    expect(world.deliveries).toEqual(["changed:1", "changed:2"]);
    expect(world.informer.stats.lists).toBe(1);
  });

  test("is renewed within the request that was refused, a write too", async () => {
    writeFileSync(file("ca.crt"), first.cert);
    writeFileSync(token(), "old");
    await startOverTls(users[0]?.user() ?? {});
    const isStale = ({ headers }: { headers: { authorization?: string | undefined } }) =>
      headers.authorization !== "Bearer new";
    writeFileSync(token(), "new");
    const end = world.server.always(isStale, refuse(401, "Unauthorized"));
    world.put("changed", 2);
    await world.converge();
    end();
    expect(world.deliveries).toEqual(["changed:1", "changed:2"]);
    const failures = world.lines.filter(({ message }) => message === "reconcile failed");
    expect(failures).toEqual([]);
  });
});
